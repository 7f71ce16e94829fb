-- one row per campaign activity and contact
{% set unknown = "campaign_activities.campaign_activity_id is not null and campaign_activities." %}
with

email_events as (

    select * from {{ ref('email_events') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

events_per_recipient as (

    select
        campaign_activity_id,
        contact_id,
        max(campaign_id) as campaign_id,
        max(email_domain) as email_domain,
        max(case when event_type = 'bounce' then bounce_code end) as bounce_code,
        max(case when event_type = 'opt_out' then opt_out_reason end) as opt_out_reason,
        {{ count_where("event_type = 'open'") }} as opens,
        {{ count_where("event_type = 'open' and is_machine_like") }} as machine_like_opens,
        {{ count_where("event_type = 'click'") }} as clicks,
        {{ count_where("event_type = 'send'") }} as sends,
        {{ count_where("event_type = 'bounce'") }} as bounces,
        {{ count_where("event_type = 'forward'") }} as forwards,
        {{ count_where("event_type = 'opt_out'") }} as opt_outs,
        min(case when event_type = 'send' then occurred_at end) as sent_at,
        min(case when event_type = 'open' then occurred_at end) as first_opened_at,
        max(case when event_type = 'open' then occurred_at end) as last_opened_at,
        min(case when event_type = 'click' then occurred_at end) as first_clicked_at,
        min(case when event_type = 'opt_out' then occurred_at end) as opted_out_at
    from email_events
    group by
        campaign_activity_id,
        contact_id

),

final as (

    select
        events_per_recipient.campaign_activity_id,
        events_per_recipient.contact_id,
        events_per_recipient.campaign_id,
        events_per_recipient.email_domain,
        events_per_recipient.bounce_code,
        {{ bounce_class('events_per_recipient.bounce_code') }} as bounce_class,
        events_per_recipient.opt_out_reason,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null) then events_per_recipient.opens
        end as opens,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null)
                then events_per_recipient.machine_like_opens
        end as machine_like_opens,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null) then events_per_recipient.clicks
        end as clicks,
        cast({{ dbt.datediff('events_per_recipient.sent_at', 'events_per_recipient.first_opened_at', 'second') }}
            as bigint) as seconds_to_open,
        cast({{ dbt.datediff('events_per_recipient.sent_at', 'events_per_recipient.first_clicked_at', 'second') }}
            as bigint) as seconds_to_click,
        events_per_recipient.sends > 0 as is_sent,
        case
            when {{ is_loaded('email_bounces') }} and not ({{ unknown }}bounces is null)
                then events_per_recipient.sends > 0 and events_per_recipient.bounces = 0
        end as is_delivered,
        case
            when {{ is_loaded('email_bounces') }} and not ({{ unknown }}bounces is null)
                then events_per_recipient.bounces > 0
        end as is_bounced,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null)
                then events_per_recipient.opens > 0
        end as is_opened,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null)
                then events_per_recipient.clicks > 0
        end as is_clicked,
        case
            when {{ is_loaded('email_forwards') }} and not ({{ unknown }}forwards is null)
                then events_per_recipient.forwards > 0
        end as is_forwarded,
        case
            when {{ is_loaded('email_optouts') }} and not ({{ unknown }}opt_outs is null)
                then events_per_recipient.opt_outs > 0
        end as is_opted_out,
        events_per_recipient.sent_at,
        events_per_recipient.first_opened_at,
        events_per_recipient.last_opened_at,
        events_per_recipient.first_clicked_at,
        events_per_recipient.opted_out_at
    from events_per_recipient
    left join campaign_activities
        on events_per_recipient.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
