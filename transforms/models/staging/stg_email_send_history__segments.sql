-- one row per campaign_activity_id, send_id, segment_id
with

source as (

    {{ raw_table('email_send_history__segments', {
        'campaign_activity_id': 'string',
        'send_id': 'string',
        'segment_id': 'string',
    }) }}

),

final as (

    select
        campaign_activity_id,
        send_id,
        segment_id
    from source

)

select * from final
