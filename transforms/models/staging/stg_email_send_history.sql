-- one row per campaign_activity_id, send_id
with

source as (

    {{ raw_table('email_send_history', {
        'campaign_activity_id': 'string',
        'send_id': 'string',
        'contact_list_ids': 'string',
        'segment_ids': 'string',
        'count': 'integer',
        'send_status': 'string',
        'reason_code': 'integer',
        'version_read': 'string',
        'run_date': 'timestamp',
    }) }}

),

final as (

    select
        campaign_activity_id,
        send_id,
        contact_list_ids,
        segment_ids,
        count as contacts,
        send_status,
        reason_code,
        version_read,
        run_date as sent_at
    from source

)

select * from final
