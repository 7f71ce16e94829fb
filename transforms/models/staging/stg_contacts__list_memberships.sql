-- one row per contact_id and list_id
with

source as (

    {{ raw_table('contacts__list_memberships', {
        'contact_id': 'string',
        'list_id': 'string',
    }) }}

),

final as (

    select
        contact_id,
        list_id
    from source

)

select * from final
