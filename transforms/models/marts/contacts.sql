-- one row per contact_id
{% set counts = [
    'lifetime_sends', 'lifetime_bounces', 'lifetime_opens', 'mails_opened', 'lifetime_clicks', 'mails_clicked',
    'lifetime_opt_outs', 'lifetime_forwards', 'human_mails_opened', 'human_mails_clicked',
] %}
{% set feeds = {
    'lifetime_sends': 'email_sends',
    'lifetime_bounces': 'email_bounces',
    'lifetime_opens': 'email_opens',
    'mails_opened': 'email_opens',
    'lifetime_clicks': 'email_clicks',
    'mails_clicked': 'email_clicks',
    'lifetime_opt_outs': 'email_optouts',
    'lifetime_forwards': 'email_forwards',
    'human_mails_opened': 'email_opens',
    'human_mails_clicked': 'email_clicks',
} %}
with

contacts as (

    select * from {{ ref('stg_contacts') }}

),

list_memberships as (

    select * from {{ ref('stg_contacts__list_memberships') }}

),

taggings as (

    select * from {{ ref('stg_contacts__taggings') }}

),

mails as (

    select * from {{ ref('int_recipients') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

-- recency is counted from the newest event, not from the clock: a warehouse that rested keeps its tiers
newest_event as (

    select max(last_event_at) as occurred_at
    from mails

),

lists_per_contact as (

    select
        contact_id,
        count(*) as list_count
    from list_memberships
    group by contact_id

),

tags_per_contact as (

    select
        contact_id,
        count(*) as tag_count
    from taggings
    group by contact_id

),

events_per_contact as (

    select
        contact_id,
        {{ count_where('is_sent') }} as lifetime_sends,
        cast(sum(bounces) as bigint) as lifetime_bounces,
        cast(sum(opens) as bigint) as lifetime_opens,
        {{ count_where('is_sent and opens > 0') }} as mails_opened,
        cast(sum(clicks) as bigint) as lifetime_clicks,
        {{ count_where('is_sent and clicks > 0') }} as mails_clicked,
        cast(sum(opt_outs) as bigint) as lifetime_opt_outs,
        cast(sum(forwards) as bigint) as lifetime_forwards,
        {{ count_where('is_sent and human_opens > 0') }} as human_mails_opened,
        {{ count_where('is_sent and human_clicks > 0') }} as human_mails_clicked,
        min(sent_at) as first_sent_at,
        max(last_sent_at) as last_sent_at,
        max(last_opened_at) as last_opened_at,
        max(last_clicked_at) as last_clicked_at,
        max({{ later_of('last_opened_at', 'last_clicked_at') }}) as last_engaged_at,
        max(last_human_engaged_at) as last_human_engaged_at
    from mails
    group by contact_id

),

loading_per_contact as (

    select
        mails.contact_id,
        {{ count_true('not campaign_activities.is_wholly_loaded') }} as mails_not_wholly_loaded
    from mails
    inner join campaign_activities
        on mails.campaign_activity_id = campaign_activities.campaign_activity_id
    where mails.is_sent
    group by mails.contact_id

),

addressed as (

    select
        contacts.*,
        {{ has_email() }} as has_email,
        coalesce({{ possible('opted_in_at') }}, {{ possible('created_at') }}) as joined_at
    from contacts

),

joined as (

    select
        addressed.*,
        case when {{ is_loaded('contacts__list_memberships') }} then coalesce(lists_per_contact.list_count, 0) end
            as list_count,
        case when {{ is_loaded('contacts__taggings') }} then coalesce(tags_per_contact.tag_count, 0) end as tag_count,
{% for name in counts %}
        case
            when {{ is_loaded(feeds[name]) }}{{ ' and ' ~ is_loaded('email_sends') if 'mails_' in name }}
                then coalesce(events_per_contact.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
        loading_per_contact.mails_not_wholly_loaded,
        events_per_contact.first_sent_at,
        events_per_contact.last_sent_at,
        events_per_contact.last_opened_at,
        events_per_contact.last_clicked_at,
        events_per_contact.last_engaged_at,
        events_per_contact.last_human_engaged_at,
        {{ dbt.datediff(local_date('events_per_contact.first_sent_at'), local_date('newest_event.occurred_at'), 'day') }}
            as days_since_first_send,
        {{ dbt.datediff(local_date('events_per_contact.last_engaged_at'), local_date('newest_event.occurred_at'), 'day') }}
            as days_since_engaged
    from addressed
    left join lists_per_contact
        on addressed.contact_id = lists_per_contact.contact_id
    left join tags_per_contact
        on addressed.contact_id = tags_per_contact.contact_id
    left join events_per_contact
        on addressed.contact_id = events_per_contact.contact_id
    left join loading_per_contact
        on addressed.contact_id = loading_per_contact.contact_id
    cross join newest_event

),

tiered as (

    select
        joined.*,
        {{ consent_state() }} as consent_state,
        {{ possible('deleted_date', 'date') }} as possible_deleted_date,
        {{ local_date('joined_at') }} as joined_date,
        {{ local_date(possible('opted_out_at')) }} as opted_out_date,
        case
            when lifetime_sends is null or lifetime_opens is null then null
            when lifetime_sends = 0 then 'never_mailed'
            when days_since_engaged <= {{ var('active_within_days') }} then 'active'
            when days_since_engaged <= {{ var('dormant_after_days') }} then 'at_risk'
            when days_since_engaged is null and days_since_first_send <= {{ var('active_within_days') }} then 'new'
            else 'dormant'
        end as recency_tier,
        case
            when lifetime_sends > 0 and mails_opened = 0 then 'never'
            when lifetime_sends > 0 and mails_opened * 5 < lifetime_sends then 'rarely'
            when lifetime_sends > 0 and mails_opened * 2 < lifetime_sends then 'sometimes'
            when lifetime_sends > 0 and mails_opened is not null then 'often'
        end as frequency_tier
    from joined

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_id,
        {{ written('email_address') }} as email_address,
        {{ email_domain('email_address') }} as email_domain,
        first_name,
        last_name,
        company_name,
        job_title,
        permission_to_send,
        consent_state,
        opt_in_source,
        opt_out_source,
        opt_out_reason,
        create_source,
        recency_tier,
        frequency_tier,
        birthday_month,
        birthday_day,
        list_count,
        tag_count,
        lifetime_sends,
        lifetime_bounces,
        lifetime_opens,
        mails_opened,
        lifetime_clicks,
        mails_clicked,
        lifetime_opt_outs,
        lifetime_forwards,
        human_mails_opened,
        human_mails_clicked,
        mails_not_wholly_loaded,
        {{ rate('mails_opened', 'lifetime_sends') }} as lifetime_open_rate,
        {{ rate('mails_clicked', 'lifetime_sends') }} as lifetime_click_rate,
        cast(days_since_engaged as bigint) as days_since_engaged,
        consent_state = 'subscribed' as is_mailable,
        recency_tier = 'at_risk' as is_at_risk,
        recency_tier = 'dormant' as is_dormant,
        deleted_date is not null as is_deleted,
        joined_date,
        case
            when consent_state = 'deleted' then {{ later_of('possible_deleted_date', 'joined_date') }}
            when consent_state = 'unsubscribed' then {{ later_of('opted_out_date', 'joined_date') }}
        end as left_date,
        deleted_date,
        created_at,
        updated_at,
        opted_in_at,
        opted_out_at,
        first_sent_at,
        last_sent_at,
        last_opened_at,
        last_clicked_at,
        last_engaged_at,
        last_human_engaged_at
    from tiered

)

select * from final
