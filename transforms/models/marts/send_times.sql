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
        {{ count_where('is_delivered and is_opened is not null') }} as deliveries_with_opens,
        {{ count_where('is_delivered and is_clicked is not null') }} as deliveries_with_clicks,
        {{ count_true('is_opened') }} as unique_opens,
        {{ count_true('is_clicked') }} as unique_clicks,
        {{ count_true('is_opted_out') }} as opt_outs
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
        {{ rate('unique_opens', 'deliveries_with_opens') }} as open_rate,
        {{ rate('unique_clicks', 'deliveries_with_clicks') }} as click_rate,
        {{ rate('opt_outs', 'deliveries') }} as opt_out_rate
    from counted

)

select * from final
