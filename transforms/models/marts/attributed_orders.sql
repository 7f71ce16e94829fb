-- one row per order of the relation in the variable `orders_relation` (none: no rows): the mail whose click led to it
--
-- the last human click of the buyer in the `attribution_within_days` days before the order; none: no mail
with

orders as (

    select * from {{ ref('int_orders') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

-- of contacts with the same address the one that is not deleted, else the newest
buyers as (

    select
        contact_id,
        lower(trim(email_address)) as email_address,
        row_number() over (
            partition by lower(trim(email_address))
            order by case when is_deleted then 1 else 0 end, {{ nulls_last('created_at', 'desc') }}, contact_id
        ) as place
    from contacts
    where email_address is not null

),

bought as (

    select
        orders.*,
        buyers.contact_id
    from orders
    left join buyers
        on
            orders.email_address = buyers.email_address
            and buyers.place = 1

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

),

final as (

    select
        {{ account_id() }} as account_id,
        bought.order_id,
        bought.contact_id,
        clicks.campaign_activity_id,
        clicks.campaign_id,
        bought.email_address,
        bought.amount,
        cast({{ dbt.datediff('clicks.clicked_at', 'bought.ordered_at', 'second') }} as bigint) as seconds_from_click,
        clicks.campaign_activity_id is not null as is_attributed,
        clicks.clicked_at,
        bought.ordered_at
    from bought
    left join clicks
        on
            bought.order_id = clicks.order_id
            and clicks.place = 1

)

select * from final
