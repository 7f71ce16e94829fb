-- How many contacts would a clean-up touch, and since when are they silent?
-- By the month of the last open or click; null: never.
select
    date_trunc('month', last_engaged_at) as last_engaged_month,
    count(*) as contacts,
    sum(lifetime_sends) as mails_sent_to_them
from {{ ref('contacts') }}
where is_dormant and is_mailable
group by date_trunc('month', last_engaged_at)
order by last_engaged_month nulls first
