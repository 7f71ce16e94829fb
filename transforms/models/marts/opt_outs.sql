-- one row per campaign activity and contact who unsubscribed through it
with

recipients as (

    select * from {{ ref('recipients') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

numbered as (

    select
        recipients.*,
        count(sent_at) over (
            partition by contact_id
            order by sent_at
        ) as mails_received
    from recipients

),

final as (

    select
        numbered.campaign_activity_id,
        numbered.contact_id,
        numbered.campaign_id,
        numbered.email_domain,
        contacts.opt_in_source,
        {{ reason_text('numbered.opt_out_reason') }} as opt_out_reason,
        contacts.consent_state,
        numbered.mails_received,
        cast({{ dbt.datediff('coalesce(contacts.opted_in_at, contacts.created_at)', 'numbered.opted_out_at', 'day') }}
            as bigint) as days_subscribed,
        cast({{ dbt.datediff('numbered.sent_at', 'numbered.opted_out_at', 'second') }} as bigint)
            as seconds_to_opt_out,
        numbered.is_opened,
        numbered.is_clicked,
        contacts.consent_state = 'subscribed' as is_back,
        numbered.opted_out_at
    from numbered
    left join contacts
        on numbered.contact_id = contacts.contact_id
    where numbered.is_opted_out

)

select * from final
