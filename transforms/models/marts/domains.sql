-- one row per email_domain that was ever mailed
with

recipients as (

    select * from {{ ref('recipients') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        email_domain,
        {{ treatment_by_provider() }},
        {{ count_true("is_bounced and bounce_class = 'hard'") }} as hard_bounces,
        {{ count_true("is_bounced and bounce_class = 'soft'") }} as soft_bounces,
        {{ count_true('is_opened') }} as unique_opens,
        {{ count_true('is_clicked') }} as unique_clicks,
        {{ count_true('is_opted_out') }} as opt_outs,
        {{ response_rate('is_human_opened') }} as human_open_rate,
        {{ response_rate('is_clicked') }} as click_rate,
        {{ response_rate('is_human_clicked') }} as human_click_rate,
        {{ response_rate('is_opted_out') }} as opt_out_rate,
        max(sent_at) as last_sent_at
    from recipients
    where
        is_sent
        and email_domain is not null
    group by email_domain

)

select * from final
