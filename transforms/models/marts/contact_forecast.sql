-- one row per month ahead, 1 to 12: contacts (contacts_at_end of contact_growth) if the last days go on
--
-- a straight line through the mean of the last `forecast_from_days` days, and the range in which 95 of 100 such walks end
with

contact_growth as (

    select * from {{ ref('contact_growth') }}

),

today as (

    select max(calendar_date) as calendar_date
    from contact_growth

),

contacts_today as (

    select
        contact_growth.contacts_at_end,
        contact_growth.calendar_date
    from contact_growth
    inner join today
        on contact_growth.calendar_date = today.calendar_date

),

pace as (

    select
        count(*) as days_observed,
        avg(cast(contact_growth.joined as {{ float_type() }})) as joined_per_day,
        avg(cast(contact_growth.opted_out + contact_growth.deleted as {{ float_type() }})) as left_per_day,
        avg(cast(contact_growth.net_growth as {{ float_type() }})) as growth_per_day,
        stddev_samp(cast(contact_growth.net_growth as {{ float_type() }})) as spread
    from contact_growth
    cross join today
    where {{ dbt.datediff('contact_growth.calendar_date', 'today.calendar_date', 'day') }} < {{ var('forecast_from_days') }}

),

months_ahead as (
{% for month in range(1, 13) %}
    select {{ month }} as months_ahead
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

dated as (

    select
        months_ahead.months_ahead,
        contacts_today.contacts_at_end,
        contacts_today.calendar_date,
        cast({{ dbt.dateadd('month', 'months_ahead.months_ahead', 'contacts_today.calendar_date') }} as date) as forecast_date
    from months_ahead
    cross join contacts_today

),

walked as (

    select
        dated.*,
        pace.days_observed,
        pace.joined_per_day,
        pace.left_per_day,
        dated.contacts_at_end
        + pace.growth_per_day * {{ dbt.datediff('dated.calendar_date', 'dated.forecast_date', 'day') }} as contacts_expected,
        1.96 * pace.spread
        * sqrt(cast({{ dbt.datediff('dated.calendar_date', 'dated.forecast_date', 'day') }} as {{ float_type() }})) as margin
    from dated
    cross join pace

),

final as (

    select
        {{ account_id() }} as account_id,
        cast(months_ahead as bigint) as months_ahead,
        contacts_at_end as contacts_today,
        case when contacts_expected < 0 then 0 else contacts_expected end as contacts_expected,
        case when contacts_expected - margin < 0 then 0 else contacts_expected - margin end as contacts_low,
        case when contacts_expected + margin < 0 then 0 else contacts_expected + margin end as contacts_high,
        joined_per_day,
        left_per_day,
        days_observed,
        forecast_date
    from walked

)

select * from final
