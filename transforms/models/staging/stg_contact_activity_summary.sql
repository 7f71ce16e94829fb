-- one row per contact_id and campaign_activity_id
with

source as (

    {{ raw_table('contact_activity_summary', {
        'contact_id': 'string',
        'campaign_activity_id': 'string',
        'start_on': 'timestamp',
        'em_sends': 'integer',
        'em_opens': 'integer',
        'em_clicks': 'integer',
        'em_bounces': 'integer',
        'em_forwards': 'integer',
        'em_unsubscribes': 'integer',
        'known_until': 'timestamp',
        'known_events': 'integer',
    }) }}

),

final as (

    select
        contact_id,
        campaign_activity_id,
        em_sends as reported_sends,
        em_opens as reported_opens,
        em_clicks as reported_clicks,
        em_bounces as reported_bounces,
        em_forwards as reported_forwards,
        em_unsubscribes as reported_unsubscribes,
        start_on as last_sent_at,
        known_until,
        known_events
    from source

)

select * from final
