-- one row per channel (email, sms) and month in which campaigns of it were sent, in the time zone of `time_zone`
{% set parts = ['deliveries_opened', 'deliveries_clicked', 'deliveries_opted_out'] %}
with

campaigns as (

    select * from {{ ref('campaigns') }}

),

sms_campaigns as (

    select * from {{ ref('sms_campaigns') }}

),

-- a campaign counts in the month of its first send; of an SMS campaign the API tells the last one only
sent_campaigns as (

    select
        cast('email' as {{ dbt.type_string() }}) as channel,
        campaign_id,
        is_wholly_loaded,
        first_sent_date as sent_date,
        recipients,
        deliveries,
        deliveries as recipients_reached,
        {{ parts | join(', ') }}
    from campaigns
    where is_sent
    union all
    select
        cast('sms' as {{ dbt.type_string() }}) as channel,
        campaign_id,
        cast(null as boolean) as is_wholly_loaded,
        last_sent_date as sent_date,
        sends as recipients,
        deliveries,
        sends_delivered as recipients_reached,
        {{ parts | join(', ') }}
    from sms_campaigns
    where last_sent_date is not null

),

months as (

    select
        channel,
        cast({{ dbt.date_trunc('month', 'sent_date') }} as date) as sent_month,
        count(*) as campaigns,
        cast(sum(recipients) as bigint) as recipients,
        cast(sum(deliveries) as bigint) as deliveries,
        {{ mails_not_wholly_loaded('campaign_id') }} as campaigns_not_wholly_loaded,
        sum(case when recipients is not null then recipients_reached end) as reached,
        sum(case when recipients_reached is not null then recipients end) as reachable,
{% for part in parts %}
        sum(case when deliveries is not null then {{ part }} end) as {{ part }},
        sum(case when {{ part }} is not null then deliveries end) as known_{{ part }}{{ ',' if not loop.last }}
{% endfor %}
    from sent_campaigns
    group by
        channel,
        cast({{ dbt.date_trunc('month', 'sent_date') }} as date)

),

final as (

    select
        {{ account_id() }} as account_id,
        channel,
        campaigns,
        recipients,
        deliveries,
        campaigns_not_wholly_loaded,
        {{ rate('reached', 'reachable') }} as delivery_rate,
        {{ rate('deliveries_opened', 'known_deliveries_opened') }} as open_rate,
        {{ rate('deliveries_clicked', 'known_deliveries_clicked') }} as click_rate,
        {{ rate('deliveries_opted_out', 'known_deliveries_opted_out') }} as opt_out_rate,
        sent_month
    from months

)

select * from final
