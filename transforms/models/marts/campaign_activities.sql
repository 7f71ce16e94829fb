-- one row per campaign activity that is mailed (roles primary_email and resend)
{% set counts = {
    'sends': ['reported_sends', 'email_sends'],
    'bounces': ['reported_bounces', 'email_bounces'],
    'opens': ['reported_opens', 'email_opens'],
    'unique_opens': ['reported_unique_opens', 'email_opens'],
    'machine_like_opens': ['reported_opens', 'email_opens'],
    'clicks': ['reported_clicks', 'email_clicks'],
    'unique_clicks': ['reported_unique_clicks', 'email_clicks'],
    'forwards': ['reported_forwards', 'email_forwards'],
    'opt_outs': ['reported_opt_outs', 'email_optouts'],
} %}
with

campaign_activities as (

    select * from {{ ref('stg_email_campaign_activities') }}

),

email_campaigns as (

    select * from {{ ref('stg_email_campaigns') }}

),

reports as (

    select * from {{ ref('int_campaign_activity_reports') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

bounced_recipients as (

    select distinct
        campaign_activity_id,
        contact_id
    from email_events
    where event_type = 'bounce'

),

events_per_activity as (

    select
        email_events.campaign_activity_id,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'send'") }} as sends,
        {{ count_distinct_where(
            'email_events.contact_id', "event_type = 'send' and bounced_recipients.contact_id is null"
        ) }} as deliveries,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'bounce'") }} as bounces,
        {{ count_where("event_type = 'open'") }} as opens,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'open'") }} as unique_opens,
        {{ count_where("event_type = 'open' and is_machine_like") }} as machine_like_opens,
        {{ count_where("event_type = 'click'") }} as clicks,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'click'") }} as unique_clicks,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'forward'") }} as forwards,
        {{ count_distinct_where('email_events.contact_id', "event_type = 'opt_out'") }} as opt_outs,
        min(case when event_type = 'send' then occurred_at end) as first_sent_at,
        max(case when event_type = 'send' then occurred_at end) as last_sent_at,
        max(occurred_at) as last_event_at
    from email_events
    left join bounced_recipients
        on
            email_events.campaign_activity_id = bounced_recipients.campaign_activity_id
            and email_events.contact_id = bounced_recipients.contact_id
    group by email_events.campaign_activity_id

),

-- null: not loaded (never sent, no feed, or the API counts events of which none is here); 0: loaded, nobody did it
counted as (

    select
        campaign_activities.campaign_activity_id,
        coalesce(events_per_activity.sends, 0) > 0 as is_sent,
{% for name, feed in counts.items() %}
        case
            when not {{ is_loaded(feed[1]) }} then null
            when events_per_activity.sends is null and reports.campaign_activity_id is null then null
            when
                coalesce(reports.{{ feed[0] }}, 0) > 0
                and coalesce(events_per_activity.{{ 'opens' if name == 'machine_like_opens' else name }}, 0) = 0
                then null
            else coalesce(events_per_activity.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
        events_per_activity.deliveries as delivered_recipients,
        reports.reported_abuse as complaints,
        events_per_activity.first_sent_at,
        events_per_activity.last_sent_at,
        events_per_activity.last_event_at,
        reports.stats_refreshed_at
    from campaign_activities
    left join events_per_activity
        on campaign_activities.campaign_activity_id = events_per_activity.campaign_activity_id
    left join reports
        on campaign_activities.campaign_activity_id = reports.campaign_activity_id

),

delivered as (

    select
        counted.*,
        case when sends is not null and bounces is not null then coalesce(delivered_recipients, 0) end as deliveries
    from counted

),

final as (

    select
        campaign_activities.campaign_activity_id,
        campaign_activities.campaign_id,
        email_campaigns.campaign_name,
        email_campaigns.campaign_type,
        lower(email_campaigns.campaign_status) as campaign_status,
        campaign_activities.activity_role,
        lower(campaign_activities.activity_status) as activity_status,
        campaign_activities.subject,
        campaign_activities.preheader,
        campaign_activities.from_name,
        campaign_activities.from_email,
        campaign_activities.reply_to_email,
        campaign_activities.contact_list_ids,
        campaign_activities.segment_ids,
        delivered.sends,
        delivered.deliveries,
        delivered.bounces,
        delivered.opens,
        delivered.unique_opens,
        delivered.machine_like_opens,
        delivered.clicks,
        delivered.unique_clicks,
        delivered.forwards,
        delivered.opt_outs,
        delivered.complaints,
        {{ rate('delivered.deliveries', 'delivered.sends') }} as delivery_rate,
        {{ rate('delivered.bounces', 'delivered.sends') }} as bounce_rate,
        {{ rate('delivered.unique_opens', 'delivered.deliveries') }} as open_rate,
        {{ rate('delivered.unique_clicks', 'delivered.deliveries') }} as click_rate,
        {{ rate('delivered.unique_clicks', 'delivered.unique_opens') }} as click_to_open_rate,
        {{ rate('delivered.opt_outs', 'delivered.deliveries') }} as opt_out_rate,
        {{ rate('delivered.complaints', 'delivered.deliveries') }} as complaint_rate,
        delivered.is_sent,
        email_campaigns.created_at,
        email_campaigns.updated_at,
        delivered.first_sent_at,
        delivered.last_sent_at,
        delivered.last_event_at,
        delivered.stats_refreshed_at
    from campaign_activities
    inner join delivered
        on campaign_activities.campaign_activity_id = delivered.campaign_activity_id
    left join email_campaigns
        on campaign_activities.campaign_id = email_campaigns.campaign_id
    where coalesce(lower(campaign_activities.activity_role), '') <> 'permalink'

)

select * from final
