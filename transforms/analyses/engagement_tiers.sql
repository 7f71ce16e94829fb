-- How engaged are the people we may mail?
-- Score of recency, frequency and depth by human responses: high from 12 of 15, medium from 8, low from 5.
select
    engagement_tier,
    count(*) as contacts,
    avg(engagement_score) as average_score,
    avg(days_since_human_engaged) as average_days_since_engaged
from {{ ref('engagement_scores') }}
where is_mailable
group by engagement_tier
order by average_score desc
