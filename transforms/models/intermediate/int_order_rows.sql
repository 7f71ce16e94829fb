-- one row per row of the relation that the variable `orders_relation` names, read, and what became of it; no rows without one
with

source as (

{% if var('orders_relation') and execute %}
    {{ rows_of_orders() }}
{% else %}
    select
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_string() }}) as email_address,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ float_type() }}) as amount,
        cast(null as {{ dbt.type_string() }}) as amount__raw,
        cast(null as {{ timestamp_type() }}) as ordered_at
    from (select 1 as missing_table) as nothing
    where false
{% endif %}

),

numbered as (

    select
        *,
        coalesce(amount < 0, false) as is_refund,
        row_number() over (
            partition by order_id, email_address, currency, amount, amount__raw, ordered_at
            order by order_id
        ) as copy_number
    from source

),

placed as (

    select
        *,
        -- the newest purchase is the order as it stands; a refund only where there is none
        row_number() over (
            partition by order_id
            order by
                case when is_refund then 1 else 0 end,
                {{ nulls_last('ordered_at', 'desc') }},
                {{ nulls_last('amount', 'desc') }},
                {{ key_of(['email_address', 'currency', 'amount__raw']) }},
                copy_number
        ) as place
    from numbered

),

compared as (

    select
        *,
        max(case when place = 1 then currency end) over (partition by order_id) as order_currency
    from placed

),

final as (

    select
        order_id,
        email_address,
        currency,
        amount,
        amount__raw,
        case
            when order_id is null then 'without_order_id'
            when place = 1 then 'order'
            when not is_refund or copy_number > 1 then 'again'
            when coalesce(currency, '') = coalesce(order_currency, '') then 'refund'
            else 'other_currency'
        end as outcome,
        ordered_at
    from compared

)

select * from final
