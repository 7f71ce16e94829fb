-- one row per email_id
with

source as (

    {{ raw_table('account_emails', {
        'email_id': 'string',
        'email_address': 'string',
        'confirm_status': 'string',
        'confirm_source_type': 'string',
        'roles': 'string',
        'pending_roles': 'string',
        'confirm_time': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        email_id,
        email_address,
        confirm_status,
        confirm_source_type,
        roles,
        pending_roles,
        confirm_time as confirmed_at,
        deleted_at
    from source

)

select * from final
