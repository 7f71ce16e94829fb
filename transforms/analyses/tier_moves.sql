-- Do readers warm up or cool down from month to month?
-- Contacts by month and tier, with those who came from another tier since the month before.
select
    month_start_date,
    engagement_tier,
    count(*) as contacts,
    sum(case when previous_engagement_tier <> engagement_tier then 1 else 0 end) as came_from_another_tier,
    sum(case when previous_engagement_tier is null then 1 else 0 end) as first_month
from {{ ref('engagement_history') }}
group by
    month_start_date,
    engagement_tier
order by
    month_start_date,
    engagement_tier
