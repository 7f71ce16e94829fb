-- one row per encoded_account_id
with

source as (

    {{ raw_table('partner_plans', {
        'encoded_account_id': 'string',
        'plan_type': 'string',
        'billing_status': 'string',
        'current_tiers': 'string',
        'version_read': 'string',
        'billing_day_of_month': 'integer',
    }) }}

),

final as (

    select
        encoded_account_id as client_account_id,
        plan_type,
        billing_status,
        current_tiers,
        version_read,
        billing_day_of_month
    from source

)

select * from final
