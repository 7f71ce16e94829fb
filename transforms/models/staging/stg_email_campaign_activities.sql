-- one row per campaign_activity_id
with

source as (

    {{ raw_table('email_campaign_activities', {
        'campaign_activity_id': 'string',
        'campaign_id': 'string',
        'role': 'string',
        'current_status': 'string',
        'subject': 'string',
        'preheader': 'string',
        'from_name': 'string',
        'from_email': 'string',
        'reply_to_email': 'string',
        'contact_list_ids': 'string',
        'segment_ids': 'string',
        'permalink_url': 'string',
        'format_type': 'integer',
    }) }}

),

final as (

    select
        campaign_activity_id,
        campaign_id,
        role as activity_role,
        current_status as activity_status,
        subject,
        preheader,
        from_name,
        from_email,
        reply_to_email,
        contact_list_ids,
        segment_ids,
        permalink_url,
        format_type
    from source

)

select * from final
