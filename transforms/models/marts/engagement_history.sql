-- one row per contact and month, from the month of its first mail to that of the newest event: how engaged it was at the month's end
--
-- human responses only. Recency counts from the last of them up to then, frequency and depth over the mails sent in the twelve
-- months up to then. Of the running month the end is the day of the newest event.
with

mails as (

    select * from {{ ref('int_recipients') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

calendar as (

    select * from {{ ref('calendar') }}

),

newest_event as (

    select
        max(occurred_date) as occurred_date,
        cast({{ dbt.date_trunc('month', 'max(occurred_date)') }} as date) as month_start_date
    from email_events

),

months as (

    select
        month_start_date,
        max(calendar_date) as month_end_date
    from calendar
    group by month_start_date

),

mails_per_month as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', local_date('sent_at')) }} as date) as month_start_date,
        count(*) as sends,
        {{ count_where('human_opens > 0') }} as opened,
        {{ count_where('human_clicks > 0') }} as clicked
    from mails
    where is_sent
    group by
        contact_id,
        cast({{ dbt.date_trunc('month', local_date('sent_at')) }} as date)

),

responses_per_month as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', 'occurred_date') }} as date) as month_start_date,
        max(occurred_date) as engaged_date
    from email_events
    where
        event_type in ('open', 'click')
        and not coalesce(is_machine_like, false)
    group by
        contact_id,
        cast({{ dbt.date_trunc('month', 'occurred_date') }} as date)

),

-- a response may come before the first mail, to a web copy: it counts, its month has no row
first_months as (

    select
        mails_per_month.contact_id,
        min(mails_per_month.month_start_date) as month_start_date,
        min({{ earlier_of('mails_per_month.month_start_date', 'responses_per_month.month_start_date') }}) as known_from_date
    from mails_per_month
    left join responses_per_month
        on mails_per_month.contact_id = responses_per_month.contact_id
    group by mails_per_month.contact_id

),

grid as (

    select
        first_months.contact_id,
        months.month_start_date,
        first_months.month_start_date as first_mail_month,
        case
            when months.month_end_date > newest_event.occurred_date then newest_event.occurred_date
            else months.month_end_date
        end as as_of_date
    from first_months
    cross join newest_event
    inner join months
        on
            first_months.known_from_date <= months.month_start_date
            and newest_event.month_start_date >= months.month_start_date

),

summed as (

    select
        grid.contact_id,
        grid.month_start_date,
        grid.first_mail_month,
        grid.as_of_date,
{% for name in ['sends', 'opened', 'clicked'] %}
        cast(
            sum(coalesce(mails_per_month.{{ name }}, 0)) over (
                partition by grid.contact_id
                order by grid.month_start_date
                rows between 11 preceding and current row
            ) as bigint
        ) as {{ name }},
{% endfor %}
        max(responses_per_month.engaged_date) over (
            partition by grid.contact_id
            order by grid.month_start_date
        ) as engaged_date
    from grid
    left join mails_per_month
        on
            grid.contact_id = mails_per_month.contact_id
            and grid.month_start_date = mails_per_month.month_start_date
    left join responses_per_month
        on
            grid.contact_id = responses_per_month.contact_id
            and grid.month_start_date = responses_per_month.month_start_date

),

aged as (

    select
        summed.*,
        cast({{ dbt.datediff('engaged_date', 'as_of_date', 'day') }} as bigint) as days_since_human_engaged
    from summed

),

-- fixed bounds, not fifths of the contacts: a score means the same in every month and account
scored as (

    select
        aged.*,
        cast(
            case
                when days_since_human_engaged <= 30 then 5
                when days_since_human_engaged <= 90 then 4
                when days_since_human_engaged <= 180 then 3
                when days_since_human_engaged <= 365 then 2
                else 1
            end as bigint
        ) as recency_score,
        cast(
            case
                when opened = 0 then 1
                when opened * 2 >= sends then 5
                when opened * 4 >= sends then 4
                when opened * 10 >= sends then 3
                else 2
            end as bigint
        ) as frequency_score,
        cast(
            case
                when clicked = 0 then 1
                when clicked * 5 >= sends then 5
                when clicked * 10 >= sends then 4
                when clicked * 20 >= sends then 3
                else 2
            end as bigint
        ) as depth_score
    from aged
    where
        first_mail_month <= month_start_date
        and {{ is_loaded('email_opens') }}
        and {{ is_loaded('email_clicks') }}

),

tiered as (

    select
        scored.*,
        recency_score + frequency_score + depth_score as engagement_score,
        case
            when recency_score + frequency_score + depth_score >= 12 then 'high'
            when recency_score + frequency_score + depth_score >= 8 then 'medium'
            when recency_score + frequency_score + depth_score >= 5 then 'low'
            else 'inactive'
        end as engagement_tier
    from scored

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_id,
        engagement_tier,
        lag(engagement_tier) over (
            partition by contact_id
            order by month_start_date
        ) as previous_engagement_tier,
        engagement_score,
        recency_score,
        frequency_score,
        depth_score,
        days_since_human_engaged,
        sends as sends_in_year,
        opened as human_mails_opened_in_year,
        clicked as human_mails_clicked_in_year,
        lead(month_start_date) over (
            partition by contact_id
            order by month_start_date
        ) is null as is_current,
        month_start_date,
        as_of_date
    from tiered

)

select * from final
