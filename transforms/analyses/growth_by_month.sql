-- Is the audience growing, and what takes from it?
-- Every month from the first contact on.
select
    calendar.month_start_date,
    sum(contact_growth.joined) as joined,
    sum(contact_growth.opted_out) as opted_out,
    sum(contact_growth.deleted) as deleted,
    sum(contact_growth.net_growth) as net_growth
from {{ ref('contact_growth') }} as contact_growth
inner join {{ ref('calendar') }} as calendar
    on contact_growth.calendar_date = calendar.calendar_date
group by calendar.month_start_date
order by calendar.month_start_date
