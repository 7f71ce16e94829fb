-- From which lists do people go, and how long had they stayed?
-- Only stays whose beginning a sync has seen have a length.
select
    list_name,
    count(*) as departures,
    avg(case when is_start_known then extract(epoch from valid_to - valid_from) / 86400 end) as days_stayed
from {{ ref('membership_history') }}
where not is_current
group by
    list_id,
    list_name
order by
    departures desc,
    list_id
