-- Which mails of the last year earned the most clicks for what was delivered?
-- Small mails jump about: only those with 100 deliveries or more, unless there are none so large.
select campaign_name, subject, first_sent_at, deliveries, open_rate, click_rate, click_to_open_rate
from {{ ref('campaign_activities') }}
where
    deliveries >= least(100, (select max(deliveries) from {{ ref('campaign_activities') }}))
    and first_sent_at >= (select max(first_sent_at) from {{ ref('campaign_activities') }}) - interval '365 days'
order by
    click_rate desc nulls last,
    campaign_activity_id
limit 20
