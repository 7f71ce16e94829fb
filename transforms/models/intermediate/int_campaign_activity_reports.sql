-- one row per campaign_activity_id: the API's own totals as last refreshed
with

campaign_activity_stats as (

    select * from {{ ref('stg_email_campaign_activity_stats') }}

),

numbered as (

    select
        campaign_activity_stats.*,
        row_number() over (
            partition by campaign_activity_id
            order by {{ nulls_last('stats_refreshed_at', 'desc') }}
        ) as age
    from campaign_activity_stats

),

final as (

    select
        campaign_activity_id,
        reported_sends,
        reported_unique_opens,
        reported_opens,
        reported_unique_clicks,
        reported_clicks,
        reported_bounces,
        reported_opt_outs,
        reported_forwards,
        reported_not_opened,
        reported_abuse,
        stats_refreshed_at
    from numbered
    where age = 1

)

select * from final
