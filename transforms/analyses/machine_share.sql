-- How many of our opens and clicks are machines?
-- By mailbox provider with 50 opens or more: opens and clicks that a rule takes for a program's, and what the rates are without them.
with

events as (

    select
        email_domain,
        sum(case when event_type = 'open' then 1 else 0 end) as opens,
        sum(case when event_type = 'open' and is_machine_like then 1 else 0 end) as machine_like_opens,
        sum(case when event_type = 'click' then 1 else 0 end) as clicks,
        sum(case when event_type = 'click' and is_machine_like then 1 else 0 end) as machine_like_clicks
    from {{ ref('email_events') }}
    group by email_domain

)

select
    events.email_domain,
    events.opens,
    events.machine_like_opens,
    events.clicks,
    events.machine_like_clicks,
    domains.open_rate,
    domains.human_open_rate,
    domains.click_rate,
    domains.human_click_rate
from events
inner join {{ ref('domains') }} as domains
    on events.email_domain = domains.email_domain
where events.opens >= 50
order by
    events.opens desc,
    events.email_domain
