-- one row per weekday (1 Monday to 7 Sunday) and hour (0 to 23) in which a mail began to be sent, in the time zone of `time_zone`
with

recipients as (

    select * from {{ ref('recipients') }}

),

-- a large mail takes hours to go out; all its recipients count where it began
mails as (

    select
        campaign_activity_id,
        {{ local_time('min(sent_at)') }} as sent_at_local
    from recipients
    where is_sent
    group by campaign_activity_id

),

localised as (

    select
        recipients.*,
        cast('{{ time_zone() }}' as {{ dbt.type_string() }}) as time_zone_id,
        mails.sent_at_local
    from recipients
    inner join mails
        on recipients.campaign_activity_id = mails.campaign_activity_id
    where recipients.is_sent

),

counted as (

    select
        time_zone_id,
        {{ iso_weekday('sent_at_local') }} as local_weekday,
        cast(extract(hour from sent_at_local) as bigint) as local_hour,
        count(distinct campaign_activity_id) as campaign_activities,
        count(*) as sends,
        {{ count_true('is_delivered') }} as deliveries,
        {{ count_true('is_opened') }} as unique_opens,
        {{ count_true('is_clicked') }} as unique_clicks,
        {{ count_true('is_opted_out') }} as opt_outs,
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded,
        {{ responders('is_opened') }} as deliveries_opened,
        {{ delivered_with('is_opened') }} as known_opened,
        {{ responders('is_clicked') }} as deliveries_clicked,
        {{ delivered_with('is_clicked') }} as known_clicked,
        {{ response_rate('is_opted_out') }} as opt_out_rate
    from localised
    group by
        time_zone_id,
        {{ iso_weekday('sent_at_local') }},
        cast(extract(hour from sent_at_local) as bigint)

),

final as (

    select
        {{ account_id() }} as account_id,
        time_zone_id,
        local_weekday,
        local_hour,
        campaign_activities,
        sends,
        deliveries,
        unique_opens,
        unique_clicks,
        opt_outs,
        mails_not_wholly_loaded,
        {{ rate_with_interval('open_rate', 'deliveries_opened', 'known_opened') }},
        {{ rate_with_interval('click_rate', 'deliveries_clicked', 'known_clicked') }},
        opt_out_rate
    from counted

)

select * from final
