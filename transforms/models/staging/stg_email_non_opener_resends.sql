-- one row per campaign_activity_id, resend_request_id
with

source as (

    {{ raw_table('email_non_opener_resends', {
        'campaign_activity_id': 'string',
        'resend_request_id': 'string',
        'resend_subject': 'string',
        'resend_status': 'string',
        'delay_days': 'integer',
        'delay_minutes': 'integer',
        'version_read': 'string',
        'resend_date': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        campaign_activity_id,
        resend_request_id,
        resend_subject,
        resend_status,
        delay_days,
        delay_minutes,
        version_read,
        resend_date as resent_at,
        deleted_at
    from source

)

select * from final
