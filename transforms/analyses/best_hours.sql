-- On which day, at which hour do mails do best?
-- Weekday 1 is Monday; the account's time zone. Compare hours with many deliveries only.
select local_weekday, local_hour, campaign_activities, deliveries, open_rate, click_rate
from {{ ref('send_times') }}
order by
    click_rate desc nulls last,
    local_weekday,
    local_hour
