-- one row per encoded_account_id
with

source as (

    {{ raw_table('partner_accounts', {
        'encoded_account_id': 'string',
        'organization_name': 'string',
        'site_owner_name': 'string',
        'billing_status': 'string',
        'subscriber_count': 'integer',
        'last_login_date': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        encoded_account_id as client_account_id,
        organization_name,
        site_owner_name as owner_name,
        billing_status,
        subscriber_count as contacts,
        last_login_date as last_login_at,
        deleted_at
    from source

)

select * from final
