-- one row per campaign activity and device_type that opened or clicked
with

email_events as (

    select * from {{ ref('email_events') }}

),

counted as (

    select
        campaign_activity_id,
        campaign_id,
        coalesce(lower(device_type), 'not captured') as device_type,
        {{ count_where("event_type = 'open'") }} as opens,
        {{ count_where("event_type = 'click'") }} as clicks,
        {{ count_distinct_where('contact_id', "event_type = 'open'") }} as unique_opens,
        {{ count_distinct_where('contact_id', "event_type = 'click'") }} as unique_clicks
    from email_events
    where event_type in ('open', 'click')
    group by
        campaign_activity_id,
        campaign_id,
        coalesce(lower(device_type), 'not captured')

),

final as (

    select
        {{ account_id() }} as account_id,
        campaign_activity_id,
        campaign_id,
        device_type,
        opens,
        clicks,
        unique_opens,
        unique_clicks,
        {{ rate('opens', 'sum(opens) over (partition by campaign_activity_id)') }} as share_of_opens,
        {{ rate('clicks', 'sum(clicks) over (partition by campaign_activity_id)') }} as share_of_clicks
    from counted

)

select * from final
