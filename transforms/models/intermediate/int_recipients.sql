-- one row per campaign activity and contact: the events of one mail to one person, counted
{% set kinds = ['send', 'bounce', 'open', 'click', 'opt_out', 'forward'] %}
with

email_events as (

    select * from {{ ref('email_events') }}

),

counted as (

    select
        campaign_activity_id,
        contact_id,
        max(campaign_id) as campaign_id,
        coalesce(
{% for kind in kinds %}
            max(case when event_type = '{{ kind }}' and event_number = 1 then email_domain end){{ ',' if not loop.last }}
{% endfor %}
        ) as email_domain,
        min(case when event_type = 'bounce' then {{ bounce_severity('bounce_code') }} end) as worst_bounce,
        max(case when event_type = 'opt_out' and event_number = 1 then opt_out_reason end) as opt_out_reason,
        {{ count_where("event_type = 'send'") }} as sends,
        {{ count_where("event_type = 'bounce' and bounce_class <> 'auto_reply'") }} as bounces,
        {{ count_where("event_type = 'open'") }} as opens,
        {{ count_where("event_type = 'open' and is_machine_like") }} as machine_like_opens,
        {{ count_where("event_type = 'open' and not coalesce(is_machine_like, false)") }} as human_opens,
        {{ count_where("event_type = 'click'") }} as clicks,
        {{ count_where("event_type = 'click' and is_machine_like") }} as machine_like_clicks,
        {{ count_where("event_type = 'click' and not coalesce(is_machine_like, false)") }} as human_clicks,
        {{ count_where("event_type = 'forward'") }} as forwards,
        {{ count_where("event_type = 'opt_out'") }} as opt_outs,
        min(case when event_type = 'send' then occurred_at end) as sent_at,
        max(case when event_type = 'send' then occurred_at end) as last_sent_at,
        min(case when event_type = 'bounce' and bounce_class <> 'auto_reply' then occurred_at end) as first_bounced_at,
        max(case when event_type = 'bounce' and bounce_class <> 'auto_reply' then occurred_at end) as last_bounced_at,
        min(case when event_type = 'open' then occurred_at end) as first_opened_at,
        max(case when event_type = 'open' then occurred_at end) as last_opened_at,
        min(case when event_type = 'click' then occurred_at end) as first_clicked_at,
        max(case when event_type = 'click' then occurred_at end) as last_clicked_at,
        max(
            case when event_type in ('open', 'click') and not coalesce(is_machine_like, false) then occurred_at end
        ) as last_human_engaged_at,
        min(case when event_type = 'opt_out' then occurred_at end) as opted_out_at,
        max({{ possible('occurred_at') }}) as last_event_at
    from email_events
    where contact_id is not null
    group by
        campaign_activity_id,
        contact_id

),

classed as (

    select
        counted.*,
        nullif(substr(worst_bounce, 2), '') as bounce_code,
        case when worst_bounce is not null then {{ bounce_class("substr(worst_bounce, 2)") }} end as bounce_class
    from counted

),

final as (

    select
        campaign_activity_id,
        contact_id,
        campaign_id,
        email_domain,
        bounce_code,
        bounce_class,
        opt_out_reason,
        sends,
        bounces,
        opens,
        machine_like_opens,
        human_opens,
        clicks,
        machine_like_clicks,
        human_clicks,
        forwards,
        opt_outs,
        sends > 0 as is_sent,
        bounces > 0 as is_bounced,
        sends > 0 and bounces = 0 as is_delivered,
        sent_at,
        last_sent_at,
        first_bounced_at,
        last_bounced_at,
        first_opened_at,
        last_opened_at,
        first_clicked_at,
        last_clicked_at,
        last_human_engaged_at,
        opted_out_at,
        last_event_at
    from classed

)

select * from final
