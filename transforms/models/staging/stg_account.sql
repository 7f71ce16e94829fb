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
        website
    from source

)

select * from final
