-- How do the mails to our segments do?
-- Segments that were mailed; low and high are what chance allows with so few deliveries (95 %).
select
    segment_name,
    campaign_activities,
    deliveries,
    open_rate,
    open_rate_low,
    open_rate_high,
    click_rate,
    opt_out_rate,
    last_sent_at
from {{ ref('segments') }}
where campaign_activities > 0
order by
    open_rate desc nulls last,
    segment_name
