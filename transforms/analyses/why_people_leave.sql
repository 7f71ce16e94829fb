-- Why do people unsubscribe, and after how many mails?
-- The reason is what they chose or typed on leaving.
select opt_out_reason, count(*) as opt_outs, avg(mails_received) as mails_received, avg(days_subscribed) as days_subscribed
from {{ ref('opt_outs') }}
group by opt_out_reason
order by
    opt_outs desc,
    opt_out_reason
