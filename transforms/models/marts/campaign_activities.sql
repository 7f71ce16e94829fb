-- one row per campaign activity that is mailed (roles primary_email and resend)
{% set counts = {
    'sends': ['reported_sends', 'email_sends', 'sends'],
    'bounces': ['reported_bounces', 'email_bounces', 'bounce_reports'],
    'auto_replies': ['reported_bounces', 'email_bounces', 'bounce_reports'],
    'opens': ['reported_opens', 'email_opens', 'opens'],
    'unique_opens': ['reported_unique_opens', 'email_opens', 'unique_opens'],
    'machine_like_opens': ['reported_opens', 'email_opens', 'opens'],
    'human_opens': ['reported_opens', 'email_opens', 'opens'],
    'human_unique_opens': ['reported_unique_opens', 'email_opens', 'unique_opens'],
    'clicks': ['reported_clicks', 'email_clicks', 'clicks'],
    'unique_clicks': ['reported_unique_clicks', 'email_clicks', 'unique_clicks'],
    'machine_like_clicks': ['reported_clicks', 'email_clicks', 'clicks'],
    'human_clicks': ['reported_clicks', 'email_clicks', 'clicks'],
    'human_unique_clicks': ['reported_unique_clicks', 'email_clicks', 'unique_clicks'],
    'forwards': ['reported_forwards', 'email_forwards', 'forwards'],
    'opt_outs': ['reported_opt_outs', 'email_optouts', 'opt_outs'],
} %}
{# count -> what must be known beside the sends; each counts some of the sends, so that no rate can exceed 1 #}
{% set subsets = {
    'sends_bounced': 'bounces',
    'deliveries': 'bounces',
    'deliveries_opened': 'bounces + unique_opens',
    'deliveries_clicked': 'bounces + unique_clicks',
    'deliveries_opened_and_clicked': 'bounces + unique_opens + unique_clicks',
    'human_deliveries_opened': 'bounces + unique_opens',
    'human_deliveries_clicked': 'bounces + unique_clicks',
    'human_deliveries_opened_and_clicked': 'bounces + unique_opens + unique_clicks',
    'deliveries_opted_out': 'bounces + opt_outs',
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

mails as (

    select * from {{ ref('int_recipients') }}

),

events_per_activity as (

    select
        campaign_activity_id,
        {{ count_where('is_sent') }} as sends,
        {{ count_where('is_delivered') }} as deliveries,
        {{ count_where('is_bounced') }} as bounces,
        {{ count_where("bounce_class = 'auto_reply'") }} as auto_replies,
        {{ count_where('bounce_class is not null') }} as bounce_reports,
        {{ count_where('is_sent and is_bounced') }} as sends_bounced,
        cast(sum(opens) as bigint) as opens,
        {{ count_where('opens > 0') }} as unique_opens,
        {{ count_where('is_delivered and opens > 0') }} as deliveries_opened,
        cast(sum(machine_like_opens) as bigint) as machine_like_opens,
        cast(sum(human_opens) as bigint) as human_opens,
        {{ count_where('human_opens > 0') }} as human_unique_opens,
        {{ count_where('is_delivered and human_opens > 0') }} as human_deliveries_opened,
        cast(sum(clicks) as bigint) as clicks,
        {{ count_where('clicks > 0') }} as unique_clicks,
        {{ count_where('is_delivered and clicks > 0') }} as deliveries_clicked,
        {{ count_where('is_delivered and opens > 0 and clicks > 0') }} as deliveries_opened_and_clicked,
        cast(sum(machine_like_clicks) as bigint) as machine_like_clicks,
        cast(sum(human_clicks) as bigint) as human_clicks,
        {{ count_where('human_clicks > 0') }} as human_unique_clicks,
        {{ count_where('is_delivered and human_clicks > 0') }} as human_deliveries_clicked,
        {{ count_where('is_delivered and human_opens > 0 and human_clicks > 0') }} as human_deliveries_opened_and_clicked,
        {{ count_where('forwards > 0') }} as forwards,
        {{ count_where('opt_outs > 0') }} as opt_outs,
        {{ count_where('is_delivered and opt_outs > 0') }} as deliveries_opted_out,
        min(sent_at) as first_sent_at,
        max(last_sent_at) as last_sent_at,
        max(last_event_at) as last_event_at
    from mails
    group by campaign_activity_id

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
                and coalesce(events_per_activity.{{ feed[2] }}, 0) = 0
                then null
            else coalesce(events_per_activity.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
{% for name in subsets %}
        coalesce(events_per_activity.{{ name }}, 0) as counted_{{ name }},
{% endfor %}
        reports.reported_abuse as complaints,
        case
            when reports.campaign_activity_id is not null
                then
                    coalesce(
                        reports.reported_bounces <= events_per_activity.bounces + events_per_activity.auto_replies,
                        coalesce(reports.reported_bounces, 0) = 0
                    )
                    and coalesce(reports.reported_sends <= events_per_activity.sends, coalesce(reports.reported_sends, 0) = 0)
                    and coalesce(reports.reported_unique_opens <= events_per_activity.unique_opens, coalesce(reports.reported_unique_opens, 0) = 0)
                    and coalesce(reports.reported_opens <= events_per_activity.opens, coalesce(reports.reported_opens, 0) = 0)
                    and coalesce(reports.reported_unique_clicks <= events_per_activity.unique_clicks, coalesce(reports.reported_unique_clicks, 0) = 0)
                    and coalesce(reports.reported_clicks <= events_per_activity.clicks, coalesce(reports.reported_clicks, 0) = 0)
                    and coalesce(reports.reported_opt_outs <= events_per_activity.opt_outs, coalesce(reports.reported_opt_outs, 0) = 0)
                    and coalesce(reports.reported_forwards <= events_per_activity.forwards, coalesce(reports.reported_forwards, 0) = 0)
        end as is_wholly_loaded,
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

reached as (

    select
        counted.*,
{% for name, known in subsets.items() %}
        case when sends + {{ known }} is not null then counted_{{ name }} end as {{ name }}{{ ',' if not loop.last }}
{% endfor %}
    from counted

),

-- the API counts complaints without naming who complained; more of them than deliveries is a contradiction
rated as (

    select
        reached.*,
        case when complaints between 0 and deliveries then complaints end as deliveries_complained
    from reached

),

final as (

    select
        {{ account_id() }} as account_id,
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
        rated.sends,
        rated.deliveries,
        rated.bounces,
        rated.auto_replies,
        rated.sends_bounced,
        rated.opens,
        rated.unique_opens,
        rated.deliveries_opened,
        rated.machine_like_opens,
        rated.human_opens,
        rated.human_unique_opens,
        rated.human_deliveries_opened,
        rated.clicks,
        rated.unique_clicks,
        rated.deliveries_clicked,
        rated.deliveries_opened_and_clicked,
        rated.machine_like_clicks,
        rated.human_clicks,
        rated.human_unique_clicks,
        rated.human_deliveries_clicked,
        rated.human_deliveries_opened_and_clicked,
        rated.forwards,
        rated.opt_outs,
        rated.deliveries_opted_out,
        rated.complaints,
        rated.deliveries_complained,
        {{ rate('rated.deliveries', 'rated.sends') }} as delivery_rate,
        {{ rate('rated.sends_bounced', 'rated.sends') }} as bounce_rate,
        {{ rate('rated.deliveries_opened', 'rated.deliveries') }} as open_rate,
        {{ wilson('rated.deliveries_opened', 'rated.deliveries', '-') }} as open_rate_low,
        {{ wilson('rated.deliveries_opened', 'rated.deliveries', '+') }} as open_rate_high,
        {{ rate('rated.deliveries_clicked', 'rated.deliveries') }} as click_rate,
        {{ wilson('rated.deliveries_clicked', 'rated.deliveries', '-') }} as click_rate_low,
        {{ wilson('rated.deliveries_clicked', 'rated.deliveries', '+') }} as click_rate_high,
        {{ rates_of_deliveries('rated') }},
        rated.is_sent,
        rated.is_wholly_loaded,
        email_campaigns.created_at,
        email_campaigns.updated_at,
        {{ local_date('rated.first_sent_at') }} as first_sent_date,
        rated.first_sent_at,
        rated.last_sent_at,
        rated.last_event_at,
        rated.stats_refreshed_at
    from campaign_activities
    inner join rated
        on campaign_activities.campaign_activity_id = rated.campaign_activity_id
    left join email_campaigns
        on campaign_activities.campaign_id = email_campaigns.campaign_id
    where coalesce(lower(campaign_activities.activity_role), '') <> 'permalink'

)

select * from final
