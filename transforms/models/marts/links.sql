-- one row per campaign activity and url_id
{% set quotes = ' "' ~ "'" %}
with

email_links as (

    select * from {{ ref('stg_email_links') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

recipients as (

    select * from {{ ref('recipients') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

clicks_per_link as (

    select
        email_events.campaign_activity_id,
        email_events.url_id,
        max(email_events.link_url) as link_url,
        count(*) as clicks,
        count(distinct email_events.contact_id) as unique_clicks,
        {{ count_where('not coalesce(email_events.is_machine_like, false)') }} as human_clicks,
        {{ count_distinct_where('email_events.contact_id', 'not coalesce(email_events.is_machine_like, false)') }} as human_unique_clicks,
        {{ count_distinct_where('email_events.contact_id', 'recipients.is_delivered') }} as deliveries_clicked,
        min(email_events.occurred_at) as first_clicked_at,
        max(email_events.occurred_at) as last_clicked_at
    from email_events
    left join recipients
        on
            email_events.campaign_activity_id = recipients.campaign_activity_id
            and email_events.contact_id = recipients.contact_id
    where
        email_events.event_type = 'click'
        and email_events.url_id is not null
    group by
        email_events.campaign_activity_id,
        email_events.url_id

),

joined as (

    select
        coalesce(email_links.campaign_activity_id, clicks_per_link.campaign_activity_id) as campaign_activity_id,
        coalesce(email_links.url_id, clicks_per_link.url_id) as url_id,
        email_links.list_id,
        coalesce(email_links.link_url, clicks_per_link.link_url) as link_url,
        email_links.link_tag,
        email_links.reported_unique_clicks,
        clicks_per_link.clicks,
        clicks_per_link.unique_clicks,
        clicks_per_link.human_clicks,
        clicks_per_link.human_unique_clicks,
        clicks_per_link.deliveries_clicked,
        clicks_per_link.first_clicked_at,
        clicks_per_link.last_clicked_at
    from email_links
    full outer join clicks_per_link
        on
            email_links.campaign_activity_id = clicks_per_link.campaign_activity_id
            and email_links.url_id = clicks_per_link.url_id

),

-- quotes and blanks around an address are no part of it
split_once as (

    select
        joined.*,
        {{ dbt.split_part(trim_start(trim_end('link_url', quotes), quotes), "'#'", 1) }} as link_without_fragment
    from joined

),

split_twice as (

    select
        split_once.*,
        {{ dbt.split_part('link_without_fragment', "'?'", 1) }} as link_base,
        case
            when {{ position_of("'?'", 'link_without_fragment') }} > 0
                then substr(link_without_fragment, {{ position_of("'?'", 'link_without_fragment') }} + 1)
            else ''
        end as link_query
    from split_once

),

-- a user name and its password, and the usual ports, are no part of the page's address
split_thrice as (

    select
        split_twice.*,
        lower(
            {{ regex_replace(
                regex_replace(dbt.split_part(dbt.split_part('link_base', "'://'", 2), "'/'", 1), '^.*@', ''), ':(80|443)?$', ''
            ) }}
        ) as link_host_and_port,
        {{ trim_end(regex_replace('link_base', '^[^:/]*://[^/]*', ''), '/') }} as link_path,
        {{ trim_start(regex_replace('link_query', '(^|&)[uU][tT][mM]_[a-zA-Z_]+=[^&]*', ''), '&') }} as query_without_utm
    from split_twice

),

final as (

    select
        {{ account_id() }} as account_id,
        split_thrice.campaign_activity_id,
        split_thrice.url_id,
        campaign_activities.campaign_id,
        split_thrice.list_id,
        split_thrice.link_url,
        case
            when split_thrice.link_host_and_port <> ''
                then
                    split_thrice.link_host_and_port
                    || split_thrice.link_path
                    || case when split_thrice.query_without_utm <> '' then '?' || split_thrice.query_without_utm else '' end
        end as link_address,
        nullif({{ regex_replace('split_thrice.link_host_and_port', ':[0-9]*$', '') }}, '') as link_host,
        split_thrice.link_tag,
        {{ url_parameter('split_thrice.link_query', 'utm_source') }} as utm_source,
        {{ url_parameter('split_thrice.link_query', 'utm_medium') }} as utm_medium,
        {{ url_parameter('split_thrice.link_query', 'utm_campaign') }} as utm_campaign,
        {{ url_parameter('split_thrice.link_query', 'utm_content') }} as utm_content,
        {{ url_parameter('split_thrice.link_query', 'utm_term') }} as utm_term,
        case
            when campaign_activities.clicks is not null then coalesce(split_thrice.clicks, 0)
            else split_thrice.clicks
        end as clicks,
        case
            when campaign_activities.clicks is not null then coalesce(split_thrice.unique_clicks, 0)
            else split_thrice.unique_clicks
        end as unique_clicks,
        case
            when campaign_activities.clicks is not null then coalesce(split_thrice.human_clicks, 0)
            else split_thrice.human_clicks
        end as human_clicks,
        case
            when campaign_activities.clicks is not null then coalesce(split_thrice.human_unique_clicks, 0)
            else split_thrice.human_unique_clicks
        end as human_unique_clicks,
        split_thrice.reported_unique_clicks,
        {{ rate_with_interval(
            'click_rate',
            'case when campaign_activities.clicks is not null then coalesce(split_thrice.deliveries_clicked, 0) end',
            'campaign_activities.deliveries',
        ) }},
        campaign_activities.is_wholly_loaded,
        split_thrice.first_clicked_at,
        split_thrice.last_clicked_at
    from split_thrice
    left join campaign_activities
        on split_thrice.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
