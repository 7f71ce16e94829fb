-- one row per sent campaign activity and window: 1, 24, 72 and 168 hours after the recipient's own send
{% set windows = [1, 24, 72, 168] %}
with

recipients as (

    select * from {{ ref('recipients') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

windows as (
{% for hours in windows %}
    select {{ hours }} as within_hours
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

responses as (

    select
        recipients.campaign_activity_id,
        windows.within_hours,
{% for kind, flag in {'opens': 'open', 'clicks': 'click'}.items() %}
        {{ count_where('recipients.seconds_to_' ~ flag ~ ' <= windows.within_hours * 3600') }} as unique_{{ kind }},
        {{ count_where('recipients.seconds_to_' ~ flag ~ ' is not null') }} as {{ kind }}_so_far,
        {{ count_where('recipients.is_delivered and recipients.seconds_to_' ~ flag ~ ' <= windows.within_hours * 3600') }}
            as deliveries_with_{{ kind }}{{ ',' if not loop.last }}
{% endfor %}
    from recipients
    cross join windows
    where recipients.is_sent
    group by
        recipients.campaign_activity_id,
        windows.within_hours

),

final as (

    select
        {{ account_id() }} as account_id,
        responses.campaign_activity_id,
        campaign_activities.campaign_id,
        cast(responses.within_hours as bigint) as within_hours,
        case when campaign_activities.opens is not null then responses.unique_opens end as unique_opens,
        case when campaign_activities.clicks is not null then responses.unique_clicks end as unique_clicks,
        {{ rate_with_interval(
            'open_rate',
            'case when campaign_activities.opens is not null then responses.deliveries_with_opens end',
            'campaign_activities.deliveries',
        ) }},
        {{ rate_with_interval(
            'click_rate',
            'case when campaign_activities.clicks is not null then responses.deliveries_with_clicks end',
            'campaign_activities.deliveries',
        ) }},
        {{ rate('responses.unique_opens', 'responses.opens_so_far') }} as share_of_opens,
        {{ rate('responses.unique_clicks', 'responses.clicks_so_far') }} as share_of_clicks,
        {{ dbt.dateadd('hour', 'responses.within_hours', 'campaign_activities.last_sent_at') }}
        <= campaign_activities.stats_refreshed_at as is_complete,
        campaign_activities.is_wholly_loaded
    from responses
    inner join campaign_activities
        on responses.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
