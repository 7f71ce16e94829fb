-- one row per contact_id and street_address_id
with

source as (

    {{ raw_table('contacts__street_addresses', {
        'contact_id': 'string',
        'street_address_id': 'string',
        'kind': 'string',
        'street': 'string',
        'city': 'string',
        'state': 'string',
        'postal_code': 'string',
        'country': 'string',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        street_address_id,
        kind as address_kind,
        street,
        city,
        state,
        postal_code,
        country,
        created_at,
        updated_at
    from source

)

select * from final
