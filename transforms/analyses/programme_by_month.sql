-- How does the whole programme do, month by month?
-- Rates are sums over sums, and leave out mails whose opens or clicks are not known. Months of the time zone in which days are counted.
select
    cast(date_trunc('month', first_sent_date) as date) as sent_month,
    count(*) as mails,
    sum(sends) as sends,
    sum(deliveries_opened)
    / nullif(cast(sum(case when deliveries_opened is not null then deliveries end) as double precision), 0) as open_rate,
    sum(deliveries_clicked)
    / nullif(cast(sum(case when deliveries_clicked is not null then deliveries end) as double precision), 0) as click_rate,
    sum(opt_outs) as opt_outs
from {{ ref('campaign_activities') }}
where first_sent_date is not null
group by date_trunc('month', first_sent_date)
order by sent_month
