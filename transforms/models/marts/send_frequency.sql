-- one row per month (UTC) and number of mails that a contact got in it (1, 2, 3, 4, 5-8, 9+)
with

recipients as (

    select * from {{ ref('recipients') }}

),

contact_months as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', 'sent_at') }} as date) as sent_month,
        count(*) as sends,
        {{ count_where('is_delivered') }} as deliveries,
        {{ count_where('is_opened') }} as mails_opened,
        {{ count_where('is_clicked') }} as mails_clicked,
        {{ count_where('is_opted_out') }} as opt_outs
    from recipients
    where is_sent
    group by
        contact_id,
        cast({{ dbt.date_trunc('month', 'sent_at') }} as date)

),

classed as (

    select
        contact_months.*,
        case
            when sends <= 4 then cast(sends as {{ dbt.type_string() }})
            when sends <= 8 then '5-8'
            else '9+'
        end as mails_in_month
    from contact_months

),

final as (

    select
        mails_in_month,
        count(*) as contacts,
        cast(sum(sends) as bigint) as sends,
        cast(sum(deliveries) as bigint) as deliveries,
        cast(sum(mails_opened) as bigint) as unique_opens,
        cast(sum(mails_clicked) as bigint) as unique_clicks,
        {{ count_where('opt_outs > 0') }} as contacts_opted_out,
        {{ rate('sum(mails_opened)', 'sum(deliveries)') }} as open_rate,
        {{ rate('sum(mails_clicked)', 'sum(deliveries)') }} as click_rate,
        {{ rate(count_where('opt_outs > 0'), 'count(*)') }} as contact_opt_out_rate,
        sent_month
    from classed
    group by
        mails_in_month,
        sent_month

)

select * from final
