-- Which mails brought orders?
-- Orders within seven days of a human click, each currency apart; without the variable orders_relation of the dbt project there are none.
with

orders_per_mail as (

    select
        campaign_activity_id,
        currency,
        count(*) as orders,
        count(distinct contact_id) as buyers,
        sum(amount) as revenue
    from {{ ref('attributed_orders') }}
    where is_attributed
    group by
        campaign_activity_id,
        currency

)

select
    mails.campaign_name,
    mails.subject,
    mails.deliveries,
    orders_per_mail.currency,
    orders_per_mail.orders,
    orders_per_mail.buyers,
    orders_per_mail.revenue,
    orders_per_mail.revenue / nullif(mails.deliveries, 0) as revenue_per_delivery,
    mails.first_sent_at
from orders_per_mail
inner join {{ ref('campaign_revenue') }} as mails
    on orders_per_mail.campaign_activity_id = mails.campaign_activity_id
order by
    orders_per_mail.currency,
    orders_per_mail.revenue desc nulls last,
    orders_per_mail.campaign_activity_id
