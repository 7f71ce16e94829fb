-- one row per campaign activity and device_type that opened or clicked
with

email_events as (

    select * from {{ ref('email_events') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

counted as (

    select
        campaign_activity_id,
        campaign_id,
        coalesce(lower(device_type), 'not captured') as device_type,
        case when {{ is_loaded('email_opens') }} then {{ count_where("event_type = 'open'") }} end as opens,
        case when {{ is_loaded('email_clicks') }} then {{ count_where("event_type = 'click'") }} end as clicks,
        case when {{ is_loaded('email_opens') }} then {{ count_distinct_where('contact_id', "event_type = 'open'") }} end as unique_opens,
        case when {{ is_loaded('email_clicks') }} then {{ count_distinct_where('contact_id', "event_type = 'click'") }} end as unique_clicks
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
        counted.campaign_activity_id,
        counted.campaign_id,
        counted.device_type,
        counted.opens,
        counted.clicks,
        counted.unique_opens,
        counted.unique_clicks,
        {{ rate('counted.opens', 'sum(counted.opens) over (partition by counted.campaign_activity_id)') }} as share_of_opens,
        {{ rate('counted.clicks', 'sum(counted.clicks) over (partition by counted.campaign_activity_id)') }} as share_of_clicks,
        campaign_activities.is_wholly_loaded
    from counted
    left join campaign_activities
        on counted.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
