-- one row per campaign activity and metric: the events loaded here against the API's own total
{% set metrics = [
    'sends', 'unique_opens', 'opens', 'unique_clicks', 'clicks', 'bounces', 'opt_outs', 'forwards',
] %}
with

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

reports as (

    select * from {{ ref('int_campaign_activity_reports') }}

),

compared as (
{% for metric in metrics %}
    select
        reports.campaign_activity_id,
        cast('{{ metric }}' as {{ dbt.type_string() }}) as metric,
        campaign_activities.{{ metric }}
        {%- if metric == 'bounces' %} + campaign_activities.auto_replies{% endif %} as loaded_count,
        reports.reported_{{ metric }} as reported_count,
        campaign_activities.is_wholly_loaded,
        campaign_activities.last_event_at,
        reports.stats_refreshed_at
    from reports
    inner join campaign_activities
        on reports.campaign_activity_id = campaign_activities.campaign_activity_id
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

final as (

    select
        {{ account_id() }} as account_id,
        campaign_activity_id,
        metric,
        loaded_count,
        reported_count,
        loaded_count - reported_count as difference,
        coalesce(loaded_count = reported_count, false) as is_equal,
        last_event_at > stats_refreshed_at as is_newer_here,
        is_wholly_loaded,
        stats_refreshed_at
    from compared
    where reported_count is not null

)

select * from final
