-- one row per send that is planned: a scheduled mail, or a resend to those who will not have opened it
with

schedules as (

    select * from {{ ref('stg_email_schedules') }}
    where deleted_at is null

),

resends as (

    select * from {{ ref('stg_email_non_opener_resends') }}
    where
        deleted_at is null
        and resent_at is null

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

first_schedules as (

    select
        campaign_activity_id,
        min(scheduled_at) as scheduled_at
    from schedules
    group by campaign_activity_id

),

plans as (

    select
        campaign_activity_id,
        cast('mail' as {{ dbt.type_string() }}) as send_kind,
        cast(null as {{ dbt.type_string() }}) as resend_request_id,
        cast(null as {{ dbt.type_string() }}) as resend_subject,
        cast(null as {{ dbt.type_string() }}) as resend_status,
        cast(null as {{ dbt.type_bigint() }}) as delay_minutes,
        scheduled_at
    from schedules
    union all
    select
        resends.campaign_activity_id,
        cast('resend_to_non_openers' as {{ dbt.type_string() }}) as send_kind,
        resends.resend_request_id,
        resends.resend_subject,
        resends.resend_status,
        coalesce(
            {{ possible_wait('resends.delay_minutes', 'minute') }},
            {{ possible_wait('resends.delay_days', 'day') }} * 1440
        ) as delay_minutes,
        first_schedules.scheduled_at
    from resends
    left join first_schedules
        on resends.campaign_activity_id = first_schedules.campaign_activity_id

),

dated as (

    select
        plans.*,
        campaign_activities.campaign_id,
        campaign_activities.campaign_name,
        campaign_activities.activity_status,
        campaign_activities.subject,
        campaign_activities.contact_list_ids,
        campaign_activities.segment_ids,
        -- a resend waits from the first send: the one that was, else the one that is scheduled
        case
            when plans.send_kind = 'mail' then plans.scheduled_at
            else {{ dbt.dateadd('minute', 'plans.delay_minutes', 'coalesce(campaign_activities.first_sent_at, plans.scheduled_at)') }}
        end as due_at
    from plans
    left join campaign_activities
        on plans.campaign_activity_id = campaign_activities.campaign_activity_id

),

final as (

    select
        {{ account_id() }} as account_id,
        campaign_activity_id,
        campaign_id,
        campaign_name,
        activity_status,
        send_kind,
        resend_request_id,
        lower(resend_status) as resend_status,
        coalesce(resend_subject, subject) as subject,
        contact_list_ids,
        segment_ids,
        delay_minutes,
        {{ local_date('due_at') }} as due_date,
        due_at
    from dated

)

select * from final
