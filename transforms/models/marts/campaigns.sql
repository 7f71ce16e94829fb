-- one row per campaign_id, whatever its status, sent or not
{% set people = {
    'deliveries': 'is_delivered',
    'bounces': 'is_bounced',
    'unique_opens': 'is_opened',
    'unique_clicks': 'is_clicked',
    'forwards': 'is_forwarded',
    'opt_outs': 'is_opted_out',
} %}
{% set totals = ['sends', 'opens', 'machine_like_opens', 'clicks', 'complaints'] %}
with

email_campaigns as (

    select * from {{ ref('stg_email_campaigns') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

recipients as (

    select * from {{ ref('recipients') }}

),

-- a mail of which neither an event nor a report is known was not sent, and makes nothing unknown
mails as (

    select *
    from campaign_activities
    where
        last_event_at is not null
        or stats_refreshed_at is not null
        or complaints is not null

),

mails_per_campaign as (

    select
        campaign_id,
        count(*) as mails,
        {{ count_where('is_sent') }} as campaign_activities,
        {{ count_where("is_sent and activity_role = 'resend'") }} as resends,
{% for name in totals %}
        cast(sum({{ name }}) as bigint) as {{ name }},
{% endfor %}
{% for name in totals + people.keys() | list %}
        count({{ name }}) as mails_with_{{ name }},
{% endfor %}
        min(first_sent_at) as first_sent_at,
        max(last_sent_at) as last_sent_at,
        max(last_event_at) as last_event_at
    from mails
    group by campaign_id

),

-- the activity knows its campaign; events of the web copy are no mail's and stay out
contacts_per_campaign as (

    select
        campaign_activities.campaign_id,
        recipients.contact_id,
        max(case when recipients.is_sent then 1 else 0 end) as recipients,
{% for name, flag in people.items() %}
        max(case when recipients.{{ flag }} then 1 else 0 end) as {{ name }}{{ ',' if not loop.last }}
{% endfor %}
    from recipients
    inner join campaign_activities
        on recipients.campaign_activity_id = campaign_activities.campaign_activity_id
    where recipients.contact_id is not null
    group by
        campaign_activities.campaign_id,
        recipients.contact_id

),

people_per_campaign as (

    select
        campaign_id,
        sum(recipients) as recipients,
{% for name in people %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
{% endfor %}
    from contacts_per_campaign
    group by campaign_id

),

-- null: never sent, or not known of one of its mails; 0: known of all of them, nobody did it
counted as (

    select
        mails_per_campaign.campaign_id,
        case
            when mails_per_campaign.mails_with_sends = mails_per_campaign.mails
                then mails_per_campaign.campaign_activities
        end as campaign_activities,
        case
            when mails_per_campaign.mails_with_sends = mails_per_campaign.mails then mails_per_campaign.resends
        end as resends,
        case
            when mails_per_campaign.mails_with_sends = mails_per_campaign.mails
                then cast(coalesce(people_per_campaign.recipients, 0) as bigint)
        end as recipients,
{% for name in people %}
        case
            when mails_per_campaign.mails_with_{{ name }} = mails_per_campaign.mails
                then cast(coalesce(people_per_campaign.{{ name }}, 0) as bigint)
        end as {{ name }},
{% endfor %}
{% for name in totals %}
        case
            when mails_per_campaign.mails_with_{{ name }} = mails_per_campaign.mails then mails_per_campaign.{{ name }}
        end as {{ name }},
{% endfor %}
        mails_per_campaign.first_sent_at,
        mails_per_campaign.last_sent_at,
        mails_per_campaign.last_event_at
    from mails_per_campaign
    left join people_per_campaign
        on mails_per_campaign.campaign_id = people_per_campaign.campaign_id

),

final as (

    select
        email_campaigns.campaign_id,
        email_campaigns.campaign_name,
        email_campaigns.campaign_type,
        lower(email_campaigns.campaign_status) as campaign_status,
        counted.campaign_activities,
        counted.resends,
        counted.sends,
        counted.recipients,
        counted.deliveries,
        counted.bounces,
        counted.opens,
        counted.unique_opens,
        counted.machine_like_opens,
        counted.clicks,
        counted.unique_clicks,
        counted.forwards,
        counted.opt_outs,
        counted.complaints,
        {{ rate('counted.deliveries', 'counted.recipients') }} as delivery_rate,
        {{ rate('counted.bounces', 'counted.recipients') }} as bounce_rate,
        {{ rate('counted.unique_opens', 'counted.deliveries') }} as open_rate,
        {{ rate('counted.unique_clicks', 'counted.deliveries') }} as click_rate,
        {{ rate('counted.unique_clicks', 'counted.unique_opens') }} as click_to_open_rate,
        {{ rate('counted.opt_outs', 'counted.deliveries') }} as opt_out_rate,
        {{ rate('counted.complaints', 'counted.deliveries') }} as complaint_rate,
        counted.first_sent_at is not null as is_sent,
        email_campaigns.created_at,
        email_campaigns.updated_at,
        counted.first_sent_at,
        counted.last_sent_at,
        counted.last_event_at
    from email_campaigns
    left join counted
        on email_campaigns.campaign_id = counted.campaign_id

)

select * from final
