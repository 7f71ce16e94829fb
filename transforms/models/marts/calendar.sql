-- one row per day, from the first contact, campaign or event to the newest of them
with

contacts as (

    select * from {{ ref('stg_contacts') }}

),

email_campaigns as (

    select * from {{ ref('stg_email_campaigns') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

known_dates as (

{% for column in ['created_at', 'updated_at', 'opted_in_at', 'opted_out_at'] %}
    select
        {{ local_date('min(' ~ possible(column) ~ ')') }} as first_date,
        {{ local_date('max(' ~ possible(column) ~ ')') }} as last_date
    from contacts
    union all
{% endfor %}
    select
        min({{ possible('deleted_date', 'date') }}) as first_date,
        max({{ possible('deleted_date', 'date') }}) as last_date
    from contacts
    union all
    select
        {{ local_date('min(' ~ possible('created_at') ~ ')') }} as first_date,
        {{ local_date('max(' ~ later_of(possible('created_at'), possible('updated_at')) ~ ')') }} as last_date
    from email_campaigns
    union all
    select
        min(occurred_date) as first_date,
        max(occurred_date) as last_date
    from email_events

),

bounds as (

    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from known_dates

),

digits as (

    select 0 as digit
{% for digit in range(1, 10) %}
    union all
    select {{ digit }} as digit
{% endfor %}

),

-- 100,000 days hold all that are possible
numbers as (

    select
        ones.digit
        + 10 * tens.digit
        + 100 * hundreds.digit
        + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as days_later
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands

),

days as (

    select cast({{ dbt.dateadd('day', 'numbers.days_later', 'bounds.first_date') }} as date) as calendar_date
    from bounds
    inner join numbers
        on {{ dbt.datediff('bounds.first_date', 'bounds.last_date', 'day') }} >= numbers.days_later

),

final as (

    select
        cast(extract(year from calendar_date) as bigint) as calendar_year,
        cast(extract(quarter from calendar_date) as bigint) as calendar_quarter,
        cast(extract(month from calendar_date) as bigint) as calendar_month,
        {{ iso_weekday('calendar_date') }} as weekday,
        {{ iso_weekday('calendar_date') }} >= 6 as is_weekend,
        {{ week_start('calendar_date') }} as week_start_date,
        cast({{ dbt.date_trunc('month', 'calendar_date') }} as date) as month_start_date,
        calendar_date
    from days

)

select * from final
