-- Do our mails do better than a year ago?
-- Months with mails in both years; a change of 0.01 is one point.
select sent_month, sends, sends_year_before, open_rate, open_rate_change, click_rate, click_rate_change, opt_out_rate_change
from {{ ref('year_over_year') }}
where sends_year_before is not null
order by sent_month
