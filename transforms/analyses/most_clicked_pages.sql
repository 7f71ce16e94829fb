-- Which pages do readers go to, over all mails?
-- Addresses without query and fragment, so that differently tagged links meet.
select
    link_address,
    count(distinct campaign_activity_id) as mails,
    sum(clicks) as clicks,
    sum(unique_clicks) as unique_clicks
from {{ ref('links') }}
group by link_address
order by
    sum(unique_clicks) desc nulls last,
    link_address
limit 30
