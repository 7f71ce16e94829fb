-- one row per campaign activity to whose clicks orders are attributed, and currency of theirs
with

attributed_orders as (

    select * from {{ ref('attributed_orders') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

orders_per_mail as (

    select
        campaign_activity_id,
        currency,
        count(*) as orders,
        count(distinct contact_id) as buyers,
        sum(amount) as revenue,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from attributed_orders
    where is_attributed
    group by
        campaign_activity_id,
        currency

),

final as (

    select
        {{ account_id() }} as account_id,
        orders_per_mail.campaign_activity_id,
        campaign_activities.campaign_id,
        campaign_activities.campaign_name,
        campaign_activities.subject,
        campaign_activities.deliveries,
        orders_per_mail.currency,
        orders_per_mail.orders,
        orders_per_mail.buyers,
        orders_per_mail.revenue,
        orders_per_mail.revenue / nullif(cast(campaign_activities.deliveries as {{ float_type() }}), 0) as revenue_per_delivery,
        campaign_activities.is_wholly_loaded,
        campaign_activities.first_sent_at,
        orders_per_mail.first_ordered_at,
        orders_per_mail.last_ordered_at
    from orders_per_mail
    left join campaign_activities
        on orders_per_mail.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
