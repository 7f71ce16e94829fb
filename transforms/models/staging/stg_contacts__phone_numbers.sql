-- one row per contact_id and phone_number_id
with

source as (

    {{ raw_table('contacts__phone_numbers', {
        'contact_id': 'string',
        'phone_number_id': 'string',
        'phone_number': 'string',
        'kind': 'string',
        'create_source': 'string',
        'update_source': 'string',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        phone_number_id,
        phone_number,
        kind as phone_kind,
        create_source,
        update_source,
        created_at,
        updated_at
    from source

)

select * from final
