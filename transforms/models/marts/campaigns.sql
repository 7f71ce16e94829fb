-- one row per campaign_id, whatever its status, sent or not
{# count of people -> what must hold for one mail at least to that person, and the count of the mail that tells whether it is known #}
{% set people = {
    'deliveries': ['is_delivered', 'deliveries'],
    'bounces': ['is_bounced', 'bounces'],
    'recipients_bounced': ['is_sent and recipients.is_bounced', 'sends_bounced'],
    'unique_opens': ['is_opened', 'unique_opens'],
    'deliveries_opened': ['is_delivered and recipients.is_opened', 'deliveries_opened'],
    'unique_clicks': ['is_clicked', 'unique_clicks'],
    'deliveries_clicked': ['is_delivered and recipients.is_clicked', 'deliveries_clicked'],
    'deliveries_opened_and_clicked': [
        'is_delivered and recipients.is_opened and recipients.is_clicked', 'deliveries_opened_and_clicked',
    ],
    'human_unique_opens': ['is_human_opened', 'human_unique_opens'],
    'human_deliveries_opened': ['is_delivered and recipients.is_human_opened', 'human_deliveries_opened'],
    'human_unique_clicks': ['is_human_clicked', 'human_unique_clicks'],
    'human_deliveries_clicked': ['is_delivered and recipients.is_human_clicked', 'human_deliveries_clicked'],
    'human_deliveries_opened_and_clicked': [
        'is_delivered and recipients.is_human_opened and recipients.is_human_clicked',
        'human_deliveries_opened_and_clicked',
    ],
    'forwards': ['is_forwarded', 'forwards'],
    'opt_outs': ['is_opted_out', 'opt_outs'],
    'deliveries_opted_out': ['is_delivered and recipients.is_opted_out', 'deliveries_opted_out'],
} %}
{% set totals = [
    'sends', 'opens', 'machine_like_opens', 'human_opens', 'clicks', 'machine_like_clicks', 'human_clicks', 'complaints',
] %}
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
{% for name in totals %}
        count({{ name }}) as mails_with_{{ name }},
{% endfor %}
{% for name, known in people.items() %}
        count({{ known[1] }}) as mails_with_{{ name }},
{% endfor %}
        {{ count_where('is_wholly_loaded') }} as mails_wholly_loaded,
        {{ count_where('not is_wholly_loaded') }} as mails_not_wholly_loaded,
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
{% for name, known in people.items() %}
        max(case when recipients.{{ known[0] }} then 1 else 0 end) as {{ name }}{{ ',' if not loop.last }}
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
        case
            when mails_per_campaign.mails_not_wholly_loaded > 0 then false
            when mails_per_campaign.mails_wholly_loaded = mails_per_campaign.mails then true
        end as is_wholly_loaded,
        mails_per_campaign.first_sent_at,
        mails_per_campaign.last_sent_at,
        mails_per_campaign.last_event_at
    from mails_per_campaign
    left join people_per_campaign
        on mails_per_campaign.campaign_id = people_per_campaign.campaign_id

),

-- more complaints than people reached is a contradiction of the totals: the API does not say who complained
rated as (

    select
        counted.*,
        case when complaints between 0 and deliveries then complaints end as deliveries_complained
    from counted

),

final as (

    select
        {{ account_id() }} as account_id,
        email_campaigns.campaign_id,
        email_campaigns.campaign_name,
        email_campaigns.campaign_type,
        lower(email_campaigns.campaign_status) as campaign_status,
        rated.campaign_activities,
        rated.resends,
        rated.sends,
        rated.recipients,
        rated.deliveries,
        rated.bounces,
        rated.recipients_bounced,
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
        {{ rate('rated.deliveries', 'rated.recipients') }} as delivery_rate,
        {{ rate('rated.recipients_bounced', 'rated.recipients') }} as bounce_rate,
        {{ rate_with_interval('open_rate', 'rated.deliveries_opened', 'rated.deliveries') }},
        {{ rate_with_interval('click_rate', 'rated.deliveries_clicked', 'rated.deliveries') }},
        {{ rates_of_deliveries('rated') }},
        rated.first_sent_at is not null as is_sent,
        rated.is_wholly_loaded,
        email_campaigns.created_at,
        email_campaigns.updated_at,
        {{ local_date('rated.first_sent_at') }} as first_sent_date,
        rated.first_sent_at,
        rated.last_sent_at,
        rated.last_event_at
    from email_campaigns
    left join rated
        on email_campaigns.campaign_id = rated.campaign_id

)

select * from final
