-- Which channel reaches more of the people it writes to, text messages or mails?
-- Month by month. SMS figures are the API's own totals; opens of mails include programs'.
select sent_month, channel, campaigns, recipients, delivery_rate, open_rate, click_rate, opt_out_rate
from {{ ref('channel_months') }}
order by sent_month desc, channel
