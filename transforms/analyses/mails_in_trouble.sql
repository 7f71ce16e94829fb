-- Which mails bounced or were reported as spam too often?
-- Mailbox providers look askance at more than 2 % bounces or one complaint in a thousand.
select campaign_name, first_sent_at, sends, bounce_rate, complaint_rate, opt_out_rate
from {{ ref('campaign_activities') }}
where bounce_rate > 0.02 or complaint_rate > 0.001
order by
    first_sent_at desc,
    campaign_activity_id
