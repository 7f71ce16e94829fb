-- one row per email_domain and week (its Monday) in which mails were sent to it, in the time zone of `time_zone`
with

recipients as (

    select * from {{ ref('recipients') }}

),

dated as (

    select
        recipients.*,
        {{ week_start(local_date('recipients.sent_at')) }} as sent_week
    from recipients
    where
        recipients.is_sent
        and recipients.email_domain is not null

),

counted as (

    select
        email_domain,
        sent_week,
        {{ treatment_by_provider() }}
    from dated
    group by
        email_domain,
        sent_week

),

final as (

    select
        {{ account_id() }} as account_id,
        email_domain,
        contacts,
        sends,
        deliveries,
        bounces,
        block_bounces,
        mails_not_wholly_loaded,
        {{ rates_by_provider() }},
        sent_week
    from counted

)

select * from final
