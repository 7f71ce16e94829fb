-- one row per campaign activity and bounce_code ('unknown' where the API gave none)
--
-- a recipient whose mail came back with several codes counts at the gravest: hard before block before soft before auto_reply
with

email_events as (

    select * from {{ ref('email_events') }}

),

mails as (

    select * from {{ ref('int_recipients') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

events_per_code as (

    select
        campaign_activity_id,
        coalesce(bounce_code, 'unknown') as bounce_code,
        max(bounce_reason) as bounce_reason,
        max(bounce_class) as bounce_class,
        count(*) as bounce_events,
        min(occurred_at) as first_bounced_at
    from email_events
    where event_type = 'bounce'
    group by
        campaign_activity_id,
        coalesce(bounce_code, 'unknown')

),

recipients_per_code as (

    select
        campaign_activity_id,
        coalesce(bounce_code, 'unknown') as bounce_code,
        count(*) as bounces,
        {{ count_where('is_sent') }} as sends_bounced
    from mails
    where bounce_class is not null
    group by
        campaign_activity_id,
        coalesce(bounce_code, 'unknown')

),

final as (

    select
        {{ account_id() }} as account_id,
        events_per_code.campaign_activity_id,
        campaign_activities.campaign_id,
        events_per_code.bounce_code,
        events_per_code.bounce_reason,
        events_per_code.bounce_class,
        coalesce(recipients_per_code.bounces, 0) as bounces,
        events_per_code.bounce_events,
        {{ rate('coalesce(recipients_per_code.sends_bounced, 0)', 'campaign_activities.sends') }} as bounce_rate,
        campaign_activities.is_wholly_loaded,
        events_per_code.first_bounced_at
    from events_per_code
    left join recipients_per_code
        on
            events_per_code.campaign_activity_id = recipients_per_code.campaign_activity_id
            and events_per_code.bounce_code = recipients_per_code.bounce_code
    left join campaign_activities
        on events_per_code.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
