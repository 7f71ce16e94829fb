-- How many contacts shall we have in a year if things go on?
-- A straight line through the last 90 days; low and high hold 95 of 100 such walks, no season is known.
select forecast_date, contacts_today, contacts_expected, contacts_low, contacts_high
from {{ ref('contact_forecast') }}
order by months_ahead
