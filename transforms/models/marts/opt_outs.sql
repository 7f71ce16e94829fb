-- one row per campaign activity and contact who unsubscribed through it
with

recipients as (

    select * from {{ ref('recipients') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

-- mails that reached the contact, or are not known to have bounced, up to the opt-out
mails_before as (

    select
        opt_outs.campaign_activity_id,
        opt_outs.contact_id,
        count(*) as mails_received
    from recipients as opt_outs
    inner join recipients as mails
        on
            opt_outs.contact_id = mails.contact_id
            and opt_outs.opted_out_at >= mails.sent_at
    where
        opt_outs.is_opted_out
        and coalesce(mails.is_delivered, mails.is_sent)
    group by
        opt_outs.campaign_activity_id,
        opt_outs.contact_id

),

final as (

    select
        {{ account_id() }} as account_id,
        recipients.campaign_activity_id,
        recipients.contact_id,
        recipients.campaign_id,
        recipients.email_domain,
        contacts.opt_in_source,
        {{ reason_text('recipients.opt_out_reason') }} as opt_out_reason,
        contacts.consent_state,
        coalesce(mails_before.mails_received, 0) as mails_received,
        cast({{ dbt.datediff('contacts.joined_date', local_date('recipients.opted_out_at'), 'day') }}
            as bigint) as days_subscribed,
        cast({{ dbt.datediff('recipients.sent_at', 'recipients.opted_out_at', 'second') }} as bigint)
            as seconds_to_opt_out,
        recipients.is_opened,
        recipients.is_clicked,
        contacts.consent_state = 'subscribed' as is_back,
        recipients.is_wholly_loaded,
        recipients.opted_out_at
    from recipients
    left join mails_before
        on
            recipients.campaign_activity_id = mails_before.campaign_activity_id
            and recipients.contact_id = mails_before.contact_id
    left join contacts
        on recipients.contact_id = contacts.contact_id
    where recipients.is_opted_out

)

select * from final
