-- one row per contact_id, campaign_activity_id, tracking_activity_type, occurred_at and occurrence
with

source as (

    {{ raw_table('contact_activity', {
        'contact_id': 'string',
        'campaign_activity_id': 'string',
        'tracking_activity_type': 'string',
        'created_time': 'timestamp',
        'occurrence': 'integer',
        'campaign_activity_name': 'string',
        'known_until': 'timestamp',
        'known_events': 'integer',
    }) }}

),

final as (

    select
        contact_id,
        campaign_activity_id,
        tracking_activity_type,
        campaign_activity_name,
        occurrence,
        created_time as occurred_at,
        known_until,
        known_events
    from source

)

select * from final
