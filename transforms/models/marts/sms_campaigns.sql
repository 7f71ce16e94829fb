-- one row per campaign_id of an SMS campaign that was sent: what came of it, by the API's own totals
with

summaries as (

    select * from {{ ref('stg_sms_campaign_summaries') }}

),

-- more of a part than of the whole is a contradiction of the API's totals, and no rate
consistent as (

    select
        summaries.*,
        case when deliveries between 0 and sends then deliveries end as sends_delivered,
        case when contacts_opened between 0 and deliveries then contacts_opened end as deliveries_opened,
        case when contacts_clicked between 0 and deliveries then contacts_clicked end as deliveries_clicked,
        case when contacts_opted_out between 0 and deliveries then contacts_opted_out end as deliveries_opted_out
    from summaries

),

final as (

    select
        {{ account_id() }} as account_id,
        campaign_id,
        campaign_name,
        campaign_type,
        sends,
        deliveries,
        contacts_opened as unique_opens,
        contacts_clicked as unique_clicks,
        contacts_opted_out as opt_outs,
        sends_delivered,
        deliveries_opened,
        deliveries_clicked,
        deliveries_opted_out,
        {{ rate('sends_delivered', 'sends') }} as delivery_rate,
        {{ rate_with_interval('open_rate', 'deliveries_opened', 'deliveries') }},
        {{ rate('deliveries_clicked', 'deliveries') }} as click_rate,
        {{ wilson('deliveries_clicked', 'deliveries', '-') }} as click_rate_low,
        {{ wilson('deliveries_clicked', 'deliveries', '+') }} as click_rate_high,
        {{ rate('deliveries_opted_out', 'deliveries') }} as opt_out_rate,
        {{ local_date('last_sent_at') }} as last_sent_date,
        last_sent_at
    from consistent

)

select * from final
