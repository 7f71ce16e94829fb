-- Which mails brought orders?
-- Orders within seven days of a human click, each currency apart; without the variable orders_relation of the dbt project there are none.
select
    campaign_name,
    subject,
    deliveries,
    currency,
    orders,
    buyers,
    revenue,
    revenue_per_delivery,
    first_sent_at
from {{ ref('campaign_revenue') }}
order by
    currency,
    revenue desc nulls last,
    campaign_activity_id
