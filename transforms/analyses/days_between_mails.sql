-- How often does one person hear from us?
-- Contacts by their mean number of days between mails, with the fewest days that any of them had.
with

classed as (

    select
        case
            when average_days_between is null then 'one mail so far'
            when average_days_between < 3 then 'under 3 days'
            when average_days_between < 7 then '3 to 7 days'
            when average_days_between < 14 then '7 to 14 days'
            when average_days_between < 31 then '14 to 31 days'
            else 'over 31 days'
        end as days_between,
        coalesce(average_days_between, 0) as average_days_between,
        shortest_days_between,
        mails_on_a_day_with_another
    from {{ ref('mail_cadence') }}

)

select
    days_between,
    count(*) as contacts,
    min(shortest_days_between) as shortest_days_between,
    sum(mails_on_a_day_with_another) as mails_on_a_day_with_another
from classed
group by days_between
order by min(average_days_between)
