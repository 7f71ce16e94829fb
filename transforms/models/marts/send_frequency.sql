-- one row per month and number of mails that a contact got in it (1, 2, 3, 4, 5-8, 9+)
with

recipients as (

    select * from {{ ref('recipients') }}

),

contact_months as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', local_date('sent_at')) }} as date) as sent_month,
        count(*) as sends,
        {{ count_true('is_delivered') }} as deliveries,
        {{ responders('is_opened') }} as openers,
        {{ delivered_with('is_opened') }} as deliveries_with_opens,
        {{ responders('is_clicked') }} as clickers,
        {{ delivered_with('is_clicked') }} as deliveries_with_clicks,
        {{ count_true('is_opened') }} as mails_opened,
        {{ count_true('is_clicked') }} as mails_clicked,
        {{ count_true('is_opted_out') }} as opt_outs,
        {{ count_true('not is_wholly_loaded') }} as mails_not_wholly_loaded
    from recipients
    where is_sent
    group by
        contact_id,
        cast({{ dbt.date_trunc('month', local_date('sent_at')) }} as date)

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
        {{ account_id() }} as account_id,
        mails_in_month,
        count(*) as contacts,
        cast(sum(sends) as bigint) as sends,
        cast(sum(deliveries) as bigint) as deliveries,
        cast(sum(mails_opened) as bigint) as unique_opens,
        cast(sum(mails_clicked) as bigint) as unique_clicks,
        {{ count_true('opt_outs > 0') }} as contacts_opted_out,
        {{ sends_not_wholly_loaded() }} as sends_not_wholly_loaded,
        {{ rate_with_interval('open_rate', 'sum(openers)', 'sum(deliveries_with_opens)') }},
        {{ rate_with_interval('click_rate', 'sum(clickers)', 'sum(deliveries_with_clicks)') }},
        {{ rate(count_true('opt_outs > 0'), 'count(opt_outs)') }} as contact_opt_out_rate,
        sent_month
    from classed
    group by
        mails_in_month,
        sent_month

)

select * from final
