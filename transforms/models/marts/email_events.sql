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
        {% if extra in feed[1] %}{{ extra }}{% else %}cast(null as {{ dbt.type_string() }}) as {{ extra }}{% endif %},
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
            order by occurred_at, coalesce(url_id, ''), occurrence
        ) as event_number
    from unioned

),

final as (

    select
        {{ key_of([
            'timed.campaign_activity_id', 'timed.contact_id', 'timed.event_type', 'timed.occurred_at',
            'timed.url_id', 'timed.occurrence',
        ]) }} as event_id,
        timed.campaign_activity_id,
        campaign_activities.campaign_id,
        timed.contact_id,
        timed.url_id,
        timed.event_type,
        timed.email_address,
        {{ email_domain('timed.email_address') }} as email_domain,
        timed.device_type,
        timed.link_url,
        timed.opt_out_reason,
        timed.bounce_code,
        {{ bounce_reason('timed.bounce_code') }} as bounce_reason,
        case when timed.event_type = 'bounce' then {{ bounce_class('timed.bounce_code') }} end as bounce_class,
        timed.load_id,
        timed.occurrence,
        timed.event_number,
        cast({{ dbt.datediff('timed.sent_at', 'timed.occurred_at', 'second') }} as bigint) as seconds_since_send,
        timed.event_number = 1 as is_first,
        case
            when timed.event_type in ('open', 'click') and timed.sent_at is not null
                then
                    {{ dbt.datediff('timed.sent_at', 'timed.occurred_at', 'second') }}
                    between 0 and {{ var('machine_like_within_s') }}
        end as is_machine_like,
        timed.contact_deleted_date,
        timed.sent_at,
        {{ local_date('timed.occurred_at') }} as occurred_date,
        timed.occurred_at
    from timed
    left join campaign_activities
        on timed.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
