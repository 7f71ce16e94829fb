-- one row per campaign activity and contact
{% set unknown = "campaign_activities.campaign_activity_id is not null and campaign_activities." %}
with

mails as (

    select * from {{ ref('int_recipients') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        mails.campaign_activity_id,
        mails.contact_id,
        mails.campaign_id,
        mails.email_domain,
        mails.bounce_code,
        mails.bounce_class,
        mails.opt_out_reason,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null) then mails.opens
        end as opens,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null)
                then mails.machine_like_opens
        end as machine_like_opens,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null) then mails.human_opens
        end as human_opens,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null) then mails.clicks
        end as clicks,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null)
                then mails.machine_like_clicks
        end as machine_like_clicks,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null) then mails.human_clicks
        end as human_clicks,
        cast({{ dbt.datediff('mails.sent_at', 'mails.first_opened_at', 'second') }}
            as bigint) as seconds_to_open,
        cast({{ dbt.datediff('mails.sent_at', 'mails.first_clicked_at', 'second') }}
            as bigint) as seconds_to_click,
        mails.is_sent,
        case
            when
                {{ is_loaded('email_sends') }}
                and {{ is_loaded('email_bounces') }}
                and not ({{ unknown }}sends + campaign_activities.bounces is null)
                then mails.is_delivered
        end as is_delivered,
        case
            when {{ is_loaded('email_bounces') }} and not ({{ unknown }}bounces is null)
                then mails.is_bounced
        end as is_bounced,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null)
                then mails.opens > 0
        end as is_opened,
        case
            when {{ is_loaded('email_opens') }} and not ({{ unknown }}opens is null)
                then mails.human_opens > 0
        end as is_human_opened,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null)
                then mails.clicks > 0
        end as is_clicked,
        case
            when {{ is_loaded('email_clicks') }} and not ({{ unknown }}clicks is null)
                then mails.human_clicks > 0
        end as is_human_clicked,
        case
            when {{ is_loaded('email_forwards') }} and not ({{ unknown }}forwards is null)
                then mails.forwards > 0
        end as is_forwarded,
        case
            when {{ is_loaded('email_optouts') }} and not ({{ unknown }}opt_outs is null)
                then mails.opt_outs > 0
        end as is_opted_out,
        campaign_activities.is_wholly_loaded,
        mails.sent_at,
        mails.first_opened_at,
        mails.last_opened_at,
        mails.first_clicked_at,
        mails.opted_out_at
    from mails
    left join campaign_activities
        on mails.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
