-- How fast are mails opened?
-- Half of the openers did so within median_s seconds, nine in ten within ninth_decile_s; opens within seconds are machines, mostly (`machine_share` knows more rules).
select
    count(*) as openers,
    percentile_cont(0.5) within group (order by seconds_to_open) as median_s,
    percentile_cont(0.9) within group (order by seconds_to_open) as ninth_decile_s,
    sum(case when seconds_to_open <= {{ var('machine_like_within_s') }} then 1 else 0 end) as opened_within_seconds
from {{ ref('recipients') }}
where seconds_to_open is not null
