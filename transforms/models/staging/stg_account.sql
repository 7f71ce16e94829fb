-- one row per encoded_account_id
with

source as (

    {{ raw_table('account', {
        'encoded_account_id': 'string',
        'encoded_partner_id': 'string',
        'organization_name': 'string',
        'contact_email': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'country_code': 'string',
        'state_code': 'string',
        'time_zone_id': 'string',
        'organization_phone': 'string',
        'contact_phone': 'string',
        'physical_address__address_line1': 'string',
        'physical_address__address_line2': 'string',
        'physical_address__address_line3': 'string',
        'physical_address__city': 'string',
        'physical_address__state_code': 'string',
        'physical_address__state_name': 'string',
        'physical_address__postal_code': 'string',
        'physical_address__country_code': 'string',
        'company_logo__url': 'string',
        'company_logo__external_url': 'string',
        'company_logo__internal_id': 'string',
        'website': 'string',
    }) }}

),

final as (

    select
        encoded_account_id as account_id,
        encoded_partner_id as partner_id,
        organization_name,
        contact_email as owner_email,
        first_name as owner_first_name,
        last_name as owner_last_name,
        country_code,
        state_code,
        time_zone_id,
        organization_phone,
        contact_phone as owner_phone,
        physical_address__address_line1 as address_line1,
        physical_address__address_line2 as address_line2,
        physical_address__address_line3 as address_line3,
        physical_address__city as address_city,
        physical_address__state_code as address_state_code,
        physical_address__state_name as address_state_name,
        physical_address__postal_code as address_postal_code,
        physical_address__country_code as address_country_code,
        company_logo__url as logo_url,
        company_logo__external_url as logo_external_url,
        company_logo__internal_id as logo_internal_id,
        website
    from source

)

select * from final
