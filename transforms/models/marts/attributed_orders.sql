-- one row per order of the relation in the variable `orders_relation` (none: no rows): the mail whose click led to it
--
-- the last human click of the buyer in the `attribution_within_days` days before the order; none, or a refund alone: no mail
with

orders as (

    select * from {{ ref('int_orders') }}

),

addressees as (

    select * from {{ ref('int_addressees') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

bought as (

    select
        orders.*,
        addressees.contact_id
    from orders
    left join addressees
        on orders.email_address = addressees.email_address

),

clicks as (

    select
        bought.order_id,
        email_events.campaign_activity_id,
        email_events.campaign_id,
        email_events.occurred_at as clicked_at,
        row_number() over (
            partition by bought.order_id
            order by email_events.occurred_at desc, email_events.event_id
        ) as place
    from bought
    inner join email_events
        on
            bought.contact_id = email_events.contact_id
            and bought.ordered_at >= email_events.occurred_at
            and {{ dbt.dateadd('day', var('attribution_within_days'), 'email_events.occurred_at') }} >= bought.ordered_at
    where
        email_events.event_type = 'click'
        and not coalesce(email_events.is_machine_like, false)
        and not coalesce(bought.is_refund, false)

),

final as (

    select
        {{ account_id() }} as account_id,
        bought.order_id,
        bought.contact_id,
        clicks.campaign_activity_id,
        clicks.campaign_id,
        bought.email_address,
        bought.currency,
        bought.amount,
        bought.amount__raw,
        bought.refunded_amount,
        bought.order_rows,
        cast({{ dbt.datediff('clicks.clicked_at', 'bought.ordered_at', 'second') }} as bigint) as seconds_from_click,
        clicks.campaign_activity_id is not null as is_attributed,
        bought.is_refund,
        campaign_activities.is_wholly_loaded,
        clicks.clicked_at,
        bought.ordered_at
    from bought
    left join clicks
        on
            bought.order_id = clicks.order_id
            and clicks.place = 1
    left join campaign_activities
        on clicks.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
