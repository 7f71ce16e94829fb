-- one row per contact that was ever mailed: days between its mails, in the time zone of `time_zone`
with

mails as (

    select * from {{ ref('int_recipients') }}

),

dated as (

    select
        contact_id,
        campaign_activity_id,
        sent_at,
        {{ local_date('sent_at') }} as sent_date
    from mails
    where is_sent

),

followed as (

    select
        dated.*,
        lag(sent_date) over (
            partition by contact_id
            order by {{ nulls_last('sent_at') }}, campaign_activity_id
        ) as previous_sent_date
    from dated

),

gaps as (

    select
        followed.*,
        {{ dbt.datediff('previous_sent_date', 'sent_date', 'day') }} as days_between
    from followed

),

newest as (

    select {{ local_date('max(last_event_at)') }} as occurred_date
    from mails

),

counted as (

    select
        contact_id,
        count(*) as sends,
        avg(cast(days_between as {{ float_type() }})) as average_days_between,
        cast(min(days_between) as bigint) as shortest_days_between,
        cast(max(days_between) as bigint) as longest_days_between,
        {{ count_where('days_between = 0') }} as mails_on_a_day_with_another,
        min(sent_date) as first_sent_date,
        max(sent_date) as last_sent_date
    from gaps
    group by contact_id

),

final as (

    select
        {{ account_id() }} as account_id,
        counted.contact_id,
        counted.sends,
        counted.average_days_between,
        counted.shortest_days_between,
        counted.longest_days_between,
        counted.mails_on_a_day_with_another,
        cast({{ dbt.datediff('counted.last_sent_date', 'newest.occurred_date', 'day') }} as bigint) as days_since_last_send,
        counted.first_sent_date,
        counted.last_sent_date
    from counted
    cross join newest

)

select * from final
