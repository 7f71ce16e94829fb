-- one row per order_id of the relation that the variable `orders_relation` names, with its address in lower case; no rows without one
with

source as (

{% if var('orders_relation') %}
    {%- do orders_must_have(['order_id', 'email_address', 'amount', 'ordered_at']) %}
    select
        order_id,
        email_address,
        amount,
        ordered_at
    from {{ var('orders_relation') }}
{% else %}
    select
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_string() }}) as email_address,
        cast(null as {{ float_type() }}) as amount,
        cast(null as {{ timestamp_type() }}) as ordered_at
    from (select 1 as missing_table) as nothing
    where false
{% endif %}

),

final as (

    select
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        lower(trim(email_address)) as email_address,
        cast(amount as {{ float_type() }}) as amount,
        cast(ordered_at as {{ timestamp_type() }}) as ordered_at
    from source

)

select * from final
