-- one row per contact_id, list_id and valid_from
with

source as (

    {{ raw_table('contacts__list_memberships_history', {
        'contact_id': 'string',
        'list_id': 'string',
        'valid_from': 'timestamp',
        'valid_to': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        list_id,
        valid_from,
        valid_to
    from source

)

select * from final
