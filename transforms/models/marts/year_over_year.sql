-- one row per month in which mails were sent, in the time zone of `time_zone`, beside the same month of the year before
{% set rates = {'open_rate': 'deliveries_opened', 'human_open_rate': 'human_deliveries_opened', 'click_rate': 'deliveries_clicked', 'opt_out_rate': 'deliveries_opted_out'} %}
with

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

months as (

    select
        cast({{ dbt.date_trunc('month', 'first_sent_date') }} as date) as sent_month,
        count(*) as campaign_activities,
        cast(sum(sends) as bigint) as sends,
        cast(sum(deliveries) as bigint) as deliveries,
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded,
{% for name, above in rates.items() %}
        {{ rate('sum(' ~ above ~ ')', 'sum(case when ' ~ above ~ ' is not null then deliveries end)') }} as {{ name }}{{ ',' if not loop.last }}
{% endfor %}
    from campaign_activities
    where is_sent
    group by cast({{ dbt.date_trunc('month', 'first_sent_date') }} as date)

),

final as (

    select
        {{ account_id() }} as account_id,
        months.campaign_activities,
        months.sends,
        months.deliveries,
        months.mails_not_wholly_loaded,
{% for name in rates %}
        months.{{ name }},
{% endfor %}
        year_before.campaign_activities as campaign_activities_year_before,
        year_before.sends as sends_year_before,
        year_before.deliveries as deliveries_year_before,
        year_before.mails_not_wholly_loaded as mails_not_wholly_loaded_year_before,
{% for name in rates %}
        year_before.{{ name }} as {{ name }}_year_before,
{% endfor %}
{% for name in rates %}
        months.{{ name }} - year_before.{{ name }} as {{ name }}_change,
{% endfor %}
        months.sent_month
    from months
    left join months as year_before
        on months.sent_month = cast({{ dbt.dateadd('year', 1, 'year_before.sent_month') }} as date)

)

select * from final
