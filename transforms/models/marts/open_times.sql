-- one row per weekday (1 Monday to 7 Sunday) and hour (0 to 23) in which mails were opened or clicked, in the time zone of `time_zone`
with

email_events as (

    select * from {{ ref('email_events') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

localised as (

    select
        email_events.*,
        campaign_activities.is_wholly_loaded,
        {{ local_time('email_events.occurred_at') }} as occurred_at_local
    from email_events
    left join campaign_activities
        on email_events.campaign_activity_id = campaign_activities.campaign_activity_id
    where email_events.event_type in ('open', 'click')

),

counted as (

    select
        {{ iso_weekday('occurred_at_local') }} as local_weekday,
        cast(extract(hour from occurred_at_local) as bigint) as local_hour,
        case when {{ is_loaded('email_opens') }} then {{ count_where("event_type = 'open'") }} end as opens,
        case when {{ is_loaded('email_opens') }} then {{ count_where("event_type = 'open' and is_first") }} end as first_opens,
        case when {{ is_loaded('email_opens') }} then {{ count_where("event_type = 'open' and is_machine_like") }} end as machine_like_opens,
        case when {{ is_loaded('email_clicks') }} then {{ count_where("event_type = 'click'") }} end as clicks,
        case when {{ is_loaded('email_clicks') }} then {{ count_where("event_type = 'click' and is_machine_like") }} end as machine_like_clicks,
        case when {{ is_loaded('email_clicks') }} then {{ count_where("event_type = 'click' and is_first") }} end as first_clicks,
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded
    from localised
    group by
        {{ iso_weekday('occurred_at_local') }},
        cast(extract(hour from occurred_at_local) as bigint)

),

final as (

    select
        {{ account_id() }} as account_id,
        cast('{{ time_zone() }}' as {{ dbt.type_string() }}) as time_zone_id,
        local_weekday,
        local_hour,
        opens,
        first_opens,
        machine_like_opens,
        clicks,
        machine_like_clicks,
        first_clicks,
        mails_not_wholly_loaded,
        {{ rate('first_opens', 'sum(first_opens) over ()') }} as share_of_first_opens,
        {{ rate('first_clicks', 'sum(first_clicks) over ()') }} as share_of_first_clicks
    from counted

)

select * from final
