-- one row per contact_id and tag_id
with

source as (

    {{ raw_table('contacts__taggings', {
        'contact_id': 'string',
        'tag_id': 'string',
    }) }}

),

final as (

    select
        contact_id,
        tag_id
    from source

)

select * from final
