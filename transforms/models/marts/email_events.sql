-- one row per event: send, open, click, forward, opt-out or bounce
with

sends as (

    select * from {{ ref('stg_email_sends') }}

),

opens as (

    select * from {{ ref('stg_email_opens') }}

),

clicks as (

    select * from {{ ref('stg_email_clicks') }}

),

forwards as (

    select * from {{ ref('stg_email_forwards') }}

),

opt_outs as (

    select * from {{ ref('stg_email_optouts') }}

),

bounces as (

    select * from {{ ref('stg_email_bounces') }}

),

campaign_activities as (

    select * from {{ ref('stg_email_campaign_activities') }}

),

scanner_events as (

    select * from {{ ref('int_scanner_events') }}

),

unioned as (
{% set extras = ['url_id', 'link_url', 'device_type', 'opt_out_reason', 'bounce_code'] %}
{% set feeds = {
    'send': ['sends', []],
    'open': ['opens', ['device_type']],
    'click': ['clicks', ['url_id', 'link_url', 'device_type']],
    'forward': ['forwards', []],
    'opt_out': ['opt_outs', ['opt_out_reason']],
    'bounce': ['bounces', ['bounce_code']],
} %}
{% for event_type, feed in feeds.items() %}
    select
        campaign_activity_id,
        contact_id,
        email_address,
        cast('{{ event_type }}' as {{ dbt.type_string() }}) as event_type,
{% for extra in extras %}
        {% if extra in feed[1] %}{% if extra in ['bounce_code', 'device_type'] %}{{ written(extra) }} as {{ extra }}{% else %}{{ extra }}{% endif %}{% else %}cast(null as {{ dbt.type_string() }}) as {{ extra }}{% endif %},
{% endfor %}
        occurrence,
        contact_deleted_date,
        occurred_at,
        coalesce(load_id, '') as load_id
    from {{ feed[0] }}
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

timed as (

    select
        unioned.*,
        min(case when event_type = 'send' then occurred_at end) over (
            partition by campaign_activity_id, contact_id
        ) as sent_at,
        row_number() over (
            partition by campaign_activity_id, contact_id, event_type
            order by {{ nulls_last('occurred_at') }}, coalesce(url_id, ''), {{ nulls_last('occurrence') }}
        ) as event_number
    from unioned

),

since_send as (

    select
        timed.*,
        {{ email_domain('timed.email_address') }} as email_domain,
        cast({{ dbt.datediff('timed.sent_at', 'timed.occurred_at', 'second') }} as bigint) as seconds_since_send
    from timed

),

-- the rules in the order of their certainty
ruled as (

    select
        since_send.*,
        case
            when
                since_send.event_type in ('open', 'click')
                and since_send.seconds_since_send between 0 and {{ var('machine_like_within_s') }}
                then 'at_once'
            when scanner_events.machine_rule is not null then scanner_events.machine_rule
{% if var('prefetch_domains') %}
            when
                since_send.event_type = 'open'
                and since_send.seconds_since_send between 0 and {{ var('prefetch_within_s') }}
                and since_send.email_domain in ('{{ var('prefetch_domains') | join("', '") }}')
                then 'prefetch'
{% endif %}
        end as machine_rule
    from since_send
    left join scanner_events
        on
            since_send.campaign_activity_id = scanner_events.campaign_activity_id
            and since_send.contact_id = scanner_events.contact_id
            and since_send.event_type = scanner_events.event_type
            and since_send.occurred_at = scanner_events.occurred_at

),

final as (

    select
        {{ account_id() }} as account_id,
        {{ key_of([
            'ruled.campaign_activity_id', 'ruled.contact_id', 'ruled.event_type', 'ruled.occurred_at',
            'ruled.url_id', 'ruled.occurrence',
        ]) }} as event_id,
        ruled.campaign_activity_id,
        campaign_activities.campaign_id,
        ruled.contact_id,
        ruled.url_id,
        ruled.event_type,
        ruled.email_address,
        ruled.email_domain,
        ruled.device_type,
        ruled.link_url,
        ruled.opt_out_reason,
        ruled.bounce_code,
        {{ bounce_reason('ruled.bounce_code') }} as bounce_reason,
        case when ruled.event_type = 'bounce' then {{ bounce_class('ruled.bounce_code') }} end as bounce_class,
        ruled.machine_rule,
        ruled.load_id,
        ruled.occurrence,
        cast(ruled.event_number as bigint) as event_number,
        ruled.seconds_since_send,
        ruled.event_number = 1 as is_first,
        case
            when ruled.machine_rule is not null then true
            when ruled.event_type in ('open', 'click') and ruled.sent_at is not null then false
        end as is_machine_like,
        ruled.contact_deleted_date,
        ruled.sent_at,
        {{ local_date(possible('ruled.occurred_at')) }} as occurred_date,
        ruled.occurred_at
    from ruled
    left join campaign_activities
        on ruled.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
