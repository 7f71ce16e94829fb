-- How does the whole programme do, month by month?
-- Rates are sums over sums, and leave out mails whose opens or clicks are not known.
select
    date_trunc('month', first_sent_at) as sent_month,
    count(*) as mails,
    sum(sends) as sends,
    sum(case when deliveries is not null then unique_opens end)
    / nullif(cast(sum(case when unique_opens is not null then deliveries end) as double precision), 0)
        as open_rate,
    sum(case when deliveries is not null then unique_clicks end)
    / nullif(cast(sum(case when unique_clicks is not null then deliveries end) as double precision), 0)
        as click_rate,
    sum(opt_outs) as opt_outs
from {{ ref('campaign_activities') }}
where first_sent_at is not null
group by date_trunc('month', first_sent_at)
order by sent_month
