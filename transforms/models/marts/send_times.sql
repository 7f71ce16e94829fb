-- one row per weekday (1 Monday to 7 Sunday) and hour (0 to 23) of the send, in the account's time zone
with

account as (

    select * from {{ ref('stg_account') }}

),

recipients as (

    select * from {{ ref('recipients') }}

),

zone as (

    select coalesce(max(time_zone_id), 'UTC') as time_zone_id
    from account

),

localised as (

    select
        recipients.*,
        zone.time_zone_id,
        {{ local_time('recipients.sent_at', 'zone.time_zone_id') }} as sent_at_local
    from recipients
    cross join zone
    where recipients.is_sent

),

counted as (

    select
        time_zone_id,
        cast(extract(isodow from sent_at_local) as bigint) as local_weekday,
        cast(extract(hour from sent_at_local) as bigint) as local_hour,
        count(distinct campaign_activity_id) as campaign_activities,
        count(*) as sends,
        {{ count_true('is_delivered') }} as deliveries,
        {{ count_true('is_opened') }} as unique_opens,
        {{ count_true('is_clicked') }} as unique_clicks,
        {{ count_true('is_opted_out') }} as opt_outs,
        {{ response_rate('is_opened') }} as open_rate,
        {{ response_rate('is_clicked') }} as click_rate,
        {{ response_rate('is_opted_out') }} as opt_out_rate
    from localised
    group by
        time_zone_id,
        cast(extract(isodow from sent_at_local) as bigint),
        cast(extract(hour from sent_at_local) as bigint)

),

final as (

    select
        time_zone_id,
        local_weekday,
        local_hour,
        campaign_activities,
        sends,
        deliveries,
        unique_opens,
        unique_clicks,
        opt_outs,
        open_rate,
        click_rate,
        opt_out_rate
    from counted

)

select * from final
