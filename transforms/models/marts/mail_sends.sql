-- one row per campaign_activity_id and send_id: each time that a mail was sent, and what that time was for
--
-- the API numbers the sends of a mail from 1, failed ones too
with

send_history as (

    select * from {{ ref('stg_email_send_history') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

numbered as (

    select
        send_history.*,
        coalesce(lower(send_status), '') = 'completed' as is_completed,
        row_number() over (
            partition by campaign_activity_id, case when lower(send_status) = 'completed' then 1 else 0 end
            order by length(send_id), send_id
        ) as place
    from send_history

),

first_sends as (

    select
        campaign_activity_id,
        min(sent_at) as first_sent_at
    from numbered
    where is_completed
    group by campaign_activity_id

),

final as (

    select
        {{ account_id() }} as account_id,
        numbered.campaign_activity_id,
        campaign_activities.campaign_id,
        campaign_activities.campaign_name,
        campaign_activities.activity_role,
        campaign_activities.subject,
        numbered.send_id,
        case
            when not numbered.is_completed then 'failed'
            when campaign_activities.activity_role = 'resend' then 'resend_to_non_openers'
            when numbered.place = 1 then 'first'
            else 'again'
        end as send_kind,
        numbered.contacts,
        lower(numbered.send_status) as send_status,
        numbered.reason_code,
        numbered.contact_list_ids,
        numbered.segment_ids,
        case
            when numbered.sent_at >= first_sends.first_sent_at
                then cast({{ dbt.datediff('first_sends.first_sent_at', 'numbered.sent_at', 'second') }} as {{ float_type() }}) / 3600
        end as hours_since_first_send,
        campaign_activities.is_wholly_loaded,
        {{ local_date('numbered.sent_at') }} as sent_date,
        numbered.sent_at
    from numbered
    left join first_sends
        on numbered.campaign_activity_id = first_sends.campaign_activity_id
    left join campaign_activities
        on numbered.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
