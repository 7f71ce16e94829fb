-- one row per contact and touch, in the order of time: sign-up, lists, every mail and what followed it, leaving
with

contacts as (

    select * from {{ ref('contacts') }}

),

membership_history as (

    select * from {{ ref('membership_history') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

-- the web copy is no mail, but what was done on it is a touch with a subject
activities as (

    select * from {{ ref('stg_email_campaign_activities') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

{% set none_of = "cast(null as " ~ dbt.type_string() ~ ")" %}
touches as (
{% for touch, at in {'created': 'created_at', 'opted_in': 'opted_in_at', 'opted_out': 'opted_out_at', 'deleted': 'deleted_date'}.items() %}
    select
        contact_id,
        cast('{{ touch }}' as {{ dbt.type_string() }}) as touch,
        {{ {'created': 1, 'opted_in': 2, 'opted_out': 8, 'deleted': 9}[touch] }} as place,
        {{ none_of }} as touch_key,
        {{ none_of }} as campaign_activity_id,
        {{ none_of }} as list_id,
        {{ {
            'created': 'create_source', 'opted_in': 'opt_in_source', 'opted_out': 'opt_out_reason', 'deleted': none_of,
        }[touch] }} as detail,
        cast(null as boolean) as is_machine_like,
        cast(null as boolean) as is_wholly_loaded,
        cast({{ at }} as {{ timestamp_type() }}) as occurred_at
    from contacts
    where {{ at }} is not null
    union all
{% endfor %}
{% for touch, at in {'list_joined': 'valid_from', 'list_left': 'valid_to'}.items() %}
    select
        contact_id,
        cast('{{ touch }}' as {{ dbt.type_string() }}) as touch,
        {{ 3 if touch == 'list_joined' else 7 }} as place,
        list_id as touch_key,
        {{ none_of }} as campaign_activity_id,
        list_id,
        list_name as detail,
        cast(null as boolean) as is_machine_like,
        cast(null as boolean) as is_wholly_loaded,
        {{ at }} as occurred_at
    from membership_history
    where {{ 'is_start_known' if touch == 'list_joined' else 'valid_to is not null' }}
    union all
{% endfor %}
    select
        email_events.contact_id,
        email_events.event_type as touch,
        case email_events.event_type
            when 'send' then 4
            when 'open' then 5
            else 6
        end as place,
        email_events.event_id as touch_key,
        email_events.campaign_activity_id,
        {{ none_of }} as list_id,
        coalesce(
            email_events.link_url, email_events.opt_out_reason, email_events.bounce_reason, activities.subject
        ) as detail,
        email_events.is_machine_like,
        campaign_activities.is_wholly_loaded,
        email_events.occurred_at
    from email_events
    left join activities
        on email_events.campaign_activity_id = activities.campaign_activity_id
    left join campaign_activities
        on email_events.campaign_activity_id = campaign_activities.campaign_activity_id
    where
        email_events.contact_id is not null
        and email_events.occurred_at is not null

),

ordered as (

    select
        touches.*,
        row_number() over (
            partition by contact_id
            order by occurred_at, place, touch_key
        ) as touch_number,
        lag(occurred_at) over (
            partition by contact_id
            order by occurred_at, place, touch_key
        ) as previous_at
    from touches

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_id,
        touch,
        campaign_activity_id,
        list_id,
        detail,
        cast(touch_number as bigint) as touch_number,
        cast({{ dbt.datediff('previous_at', 'occurred_at', 'second') }} as bigint) as seconds_since_previous,
        is_machine_like,
        is_wholly_loaded,
        occurred_at
    from ordered

)

select * from final
