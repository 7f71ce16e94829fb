-- one row per contact_id and note_id
with

source as (

    {{ raw_table('contacts__notes', {
        'contact_id': 'string',
        'note_id': 'string',
        'content': 'string',
        'created_at': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        note_id,
        content as note,
        created_at
    from source

)

select * from final
