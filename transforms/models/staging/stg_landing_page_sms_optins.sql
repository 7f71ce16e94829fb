-- one row per campaign_activity_id and contact_id
with

source as (

    {{ raw_table('landing_page_sms_optins', {
        'campaign_activity_id': 'string',
        'contact_id': 'string',
        'created_time': 'timestamp',
        'tracking_activity_type': 'string',
        'email_address': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'sms_channel__country_code': 'string',
        'sms_channel__state': 'string',
        'sms_channel__formatted_international': 'string',
        'sms_channel__formatted_national': 'string',
        'deleted_at': 'date',
    }) }}

),

final as (

    select
        campaign_activity_id,
        contact_id,
        created_time as occurred_at,
        tracking_activity_type,
        email_address,
        first_name,
        last_name,
        sms_channel__country_code as sms_channel_country_code,
        sms_channel__state as sms_channel_state,
        sms_channel__formatted_international as sms_channel_formatted_international,
        sms_channel__formatted_national as sms_channel_formatted_national,
        deleted_at as contact_deleted_date
    from source

)

select * from final
