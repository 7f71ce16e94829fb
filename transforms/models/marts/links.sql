-- one row per campaign activity and url_id
with

email_links as (

    select * from {{ ref('stg_email_links') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

clicks_per_link as (

    select
        campaign_activity_id,
        url_id,
        max(link_url) as link_url,
        count(*) as clicks,
        count(distinct contact_id) as unique_clicks,
        min(occurred_at) as first_clicked_at,
        max(occurred_at) as last_clicked_at
    from email_events
    where
        event_type = 'click'
        and url_id is not null
    group by
        campaign_activity_id,
        url_id

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
        clicks_per_link.first_clicked_at,
        clicks_per_link.last_clicked_at
    from email_links
    full outer join clicks_per_link
        on
            email_links.campaign_activity_id = clicks_per_link.campaign_activity_id
            and email_links.url_id = clicks_per_link.url_id

),

split_once as (

    select
        joined.*,
        {{ dbt.split_part(dbt.split_part('link_url', "'#'", 1), "'?'", 1) }} as link_base,
        {{ dbt.split_part(dbt.split_part('link_url', "'#'", 1), "'?'", 2) }} as link_query
    from joined

),

split_twice as (

    select
        split_once.*,
        {{ dbt.split_part(dbt.split_part('link_base', "'://'", 2), "'/'", 1) }} as link_host,
        rtrim(regexp_replace(link_base, '^[^:/]*://[^/]*', ''), '/') as link_path,
        ltrim(regexp_replace(link_query, '(^|&)utm_[a-z_]+=[^&]*', '', 'g'), '&') as query_without_utm
    from split_once

),

final as (

    select
        split_twice.campaign_activity_id,
        split_twice.url_id,
        campaign_activities.campaign_id,
        split_twice.list_id,
        split_twice.link_url,
        case
            when split_twice.link_host <> ''
                then
                    lower(split_twice.link_host)
                    || split_twice.link_path
                    || case when split_twice.query_without_utm <> '' then '?' || split_twice.query_without_utm else '' end
        end as link_address,
        nullif(lower(split_twice.link_host), '') as link_host,
        split_twice.link_tag,
        {{ url_parameter('split_twice.link_query', 'utm_source') }} as utm_source,
        {{ url_parameter('split_twice.link_query', 'utm_medium') }} as utm_medium,
        {{ url_parameter('split_twice.link_query', 'utm_campaign') }} as utm_campaign,
        {{ url_parameter('split_twice.link_query', 'utm_content') }} as utm_content,
        {{ url_parameter('split_twice.link_query', 'utm_term') }} as utm_term,
        case
            when campaign_activities.clicks is not null then coalesce(split_twice.clicks, 0)
            else split_twice.clicks
        end as clicks,
        case
            when campaign_activities.clicks is not null then coalesce(split_twice.unique_clicks, 0)
            else split_twice.unique_clicks
        end as unique_clicks,
        split_twice.reported_unique_clicks,
        {{ rate(
            'case when campaign_activities.clicks is not null then coalesce(split_twice.unique_clicks, 0) end',
            'campaign_activities.deliveries',
        ) }} as click_rate,
        split_twice.first_clicked_at,
        split_twice.last_clicked_at
    from split_twice
    left join campaign_activities
        on split_twice.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
