-- Which events fill, which bring money, and how many of the registered stay away?
-- Amounts in the event's own currency. Attendance is known once the event is complete and somebody was checked in.
select event_name, event_status, starts_at, registered, sold_share, attendance_rate, no_show_rate, revenue, outstanding_amount, currency_type
from {{ ref('events') }}
where not is_deleted
order by
    starts_at desc,
    event_id
