-- one row per email_domain that was ever mailed
with

recipients as (

    select * from {{ ref('recipients') }}

),

counted as (

    select
        email_domain,
        {{ treatment_by_provider() }},
        {{ count_true("is_bounced and bounce_class = 'hard'") }} as hard_bounces,
        {{ count_true("is_bounced and bounce_class = 'soft'") }} as soft_bounces,
        {{ count_true('is_opened') }} as unique_opens,
        {{ count_true('is_clicked') }} as unique_clicks,
        {{ count_true('is_opted_out') }} as opt_outs,
        {{ responders('is_clicked') }} as deliveries_clicked,
        {{ delivered_with('is_clicked') }} as known_clicked,
        {{ response_rate('is_human_opened') }} as human_open_rate,
        {{ response_rate('is_human_clicked') }} as human_click_rate,
        {{ response_rate('is_opted_out') }} as opt_out_rate,
        max(sent_at) as last_sent_at
    from recipients
    where
        is_sent
        and email_domain is not null
    group by email_domain

),

final as (

    select
        {{ account_id() }} as account_id,
        email_domain,
        contacts,
        sends,
        deliveries,
        bounces,
        hard_bounces,
        soft_bounces,
        block_bounces,
        unique_opens,
        unique_clicks,
        opt_outs,
        mails_not_wholly_loaded,
        {{ rates_by_provider() }},
        human_open_rate,
        {{ rate_with_interval('click_rate', 'deliveries_clicked', 'known_clicked') }},
        human_click_rate,
        opt_out_rate,
        last_sent_at
    from counted

)

select * from final
