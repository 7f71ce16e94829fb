-- one row per order_id of the relation that the variable `orders_relation` names, less what was refunded; no rows without one
{%- do tell_odd_orders(ref('int_order_rows')) %}
with

order_rows as (

    select * from {{ ref('int_order_rows') }}

),

orders as (

    select * from order_rows where outcome = 'order'

),

rows_per_order as (

    select
        order_id,
        count(*) as order_rows,
        sum(case when outcome = 'refund' then amount end) as refunds,
        sum(case when outcome in ('order', 'refund') and amount < 0 then -amount end) as refunded_amount
    from order_rows
    group by order_id

),

final as (

    select
        orders.order_id,
        orders.email_address,
        orders.currency,
        orders.amount + coalesce(rows_per_order.refunds, 0) as amount,
        orders.amount__raw,
        coalesce(rows_per_order.refunded_amount, 0) as refunded_amount,
        cast(rows_per_order.order_rows as bigint) as order_rows,
        coalesce(orders.amount < 0, false) as is_refund,
        orders.ordered_at
    from orders
    inner join rows_per_order
        on orders.order_id = rows_per_order.order_id

)

select * from final
