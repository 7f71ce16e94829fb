-- one row per campaign activity and bounce_code
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
        bounce_code,
        max(bounce_reason) as bounce_reason,
        max(bounce_class) as bounce_class,
        count(distinct contact_id) as bounces,
        count(*) as bounce_events,
        min(occurred_at) as first_bounced_at
    from email_events
    where
        event_type = 'bounce'
        and bounce_code is not null
    group by
        campaign_activity_id,
        bounce_code

),

final as (

    select
        counted.campaign_activity_id,
        campaign_activities.campaign_id,
        counted.bounce_code,
        counted.bounce_reason,
        counted.bounce_class,
        counted.bounces,
        counted.bounce_events,
        {{ rate('counted.bounces', 'campaign_activities.sends') }} as bounce_rate,
        counted.first_bounced_at
    from counted
    left join campaign_activities
        on counted.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
