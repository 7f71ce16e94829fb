-- How many of those who signed up in a month are still here, and still read?
-- Months since sign-up across the rows; read each cohort downwards.
select cohort_month, months_since, cohort_size, retention_rate, engagement_rate
from {{ ref('sign_up_cohorts') }}
order by
    cohort_month,
    months_since
