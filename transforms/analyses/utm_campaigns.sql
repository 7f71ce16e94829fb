-- What did each utm campaign bring?
-- For holding against the web analytics; links without the parameter are left out.
select utm_campaign, utm_source, utm_medium, sum(clicks) as clicks, sum(unique_clicks) as unique_clicks
from {{ ref('links') }}
where utm_campaign is not null
group by
    utm_campaign,
    utm_source,
    utm_medium
order by
    sum(clicks) desc nulls last,
    utm_campaign,
    utm_source,
    utm_medium
