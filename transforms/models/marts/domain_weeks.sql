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

final as (

    select
        {{ account_id() }} as account_id,
        email_domain,
        count(distinct contact_id) as contacts,
        count(*) as sends,
        {{ count_true('is_delivered') }} as deliveries,
        {{ count_true('is_bounced') }} as bounces,
        {{ count_true("is_bounced and bounce_class = 'block'") }} as block_bounces,
        {{ rate(count_true('is_delivered'), count_where('is_delivered is not null')) }} as delivery_rate,
        {{ rate(count_true('is_bounced'), count_where('is_bounced is not null')) }} as bounce_rate,
        {{ rate(count_true("is_bounced and bounce_class = 'block'"), count_where('is_bounced is not null')) }} as block_rate,
        {{ response_rate('is_opened') }} as open_rate,
        sent_week
    from dated
    group by
        email_domain,
        sent_week

)

select * from final
