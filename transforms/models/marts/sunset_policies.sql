-- one row per policy, days without a human response after which a contact is mailed no more: whom it would drop, and what that changes
--
-- Rates are those of the mails of the last `active_within_days` days to contacts who are mailable today.
with

contacts as (

    select * from {{ ref('contacts') }}

),

recipients as (

    select * from {{ ref('recipients') }}

),

newest_event as (

    select {{ local_date('max(last_event_at)') }} as occurred_date
    from {{ ref('int_recipients') }}

),

policies as (
{% for days in var('sunset_after_days') %}
    select {{ days }} as inactive_days
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

-- who was first mailed too short a time ago had no chance to be silent so long
judged as (

    select
        policies.inactive_days,
        contacts.contact_id,
        contacts.is_mailable,
        contacts.consent_state not in ('deleted', 'unsubscribed', 'no_email') as is_billed,
        coalesce(
            contacts.is_mailable
            and {{ dbt.datediff(local_date('contacts.first_sent_at'), 'newest_event.occurred_date', 'day') }}
            >= policies.inactive_days
            and (
                contacts.last_human_engaged_at is null
                or {{ dbt.datediff(local_date('contacts.last_human_engaged_at'), 'newest_event.occurred_date', 'day') }}
                >= policies.inactive_days
            ), false
        ) as is_dropped
    from contacts
    cross join policies
    cross join newest_event

),

contacts_per_policy as (

    select
        inactive_days,
        {{ count_where('is_mailable') }} as mailable_contacts,
        {{ count_where('is_dropped') }} as contacts_dropped,
        {{ count_where('is_billed') }} as billed_contacts,
        {{ count_where('is_billed and not is_dropped') }} as billed_contacts_after
    from judged
    group by inactive_days

),

recent_mails as (

    select recipients.*
    from recipients
    cross join newest_event
    where
        recipients.is_sent
        and {{ dbt.datediff(local_date('recipients.sent_at'), 'newest_event.occurred_date', 'day') }}
        < {{ var('active_within_days') }}

),

mails as (

    select
        judged.inactive_days,
        judged.is_dropped,
        recent_mails.campaign_activity_id,
        recent_mails.is_wholly_loaded,
        recent_mails.is_delivered,
        recent_mails.is_bounced,
        recent_mails.is_opened,
        recent_mails.is_human_opened,
        recent_mails.is_clicked,
        case when not judged.is_dropped then recent_mails.is_delivered end as is_kept_delivered,
        case when not judged.is_dropped then recent_mails.is_bounced end as is_kept_bounced
    from judged
    inner join recent_mails
        on judged.contact_id = recent_mails.contact_id
    where judged.is_mailable

),

mails_per_policy as (

    select
        inactive_days,
        count(*) as sends,
        {{ count_where('not is_dropped') }} as sends_after,
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded,
        {{ rate(count_true('is_bounced'), count_where('is_bounced is not null')) }} as bounce_rate,
        {{ rate(count_true('is_kept_bounced'), count_where('is_kept_bounced is not null')) }} as bounce_rate_after,
{% for name in ['open', 'human_open', 'click'] %}
{% set flag = {'open': 'is_opened', 'human_open': 'is_human_opened', 'click': 'is_clicked'}[name] %}
        {{ response_rate(flag) }} as {{ name }}_rate,
        {{ rate(
            count_where('is_kept_delivered and ' ~ flag), count_where('is_kept_delivered and ' ~ flag ~ ' is not null')
        ) }} as {{ name }}_rate_after{{ ',' if not loop.last }}
{% endfor %}
    from mails
    group by inactive_days

),

final as (

    select
        {{ account_id() }} as account_id,
        cast(contacts_per_policy.inactive_days as bigint) as inactive_days,
        contacts_per_policy.mailable_contacts,
        contacts_per_policy.contacts_dropped,
        {{ rate('contacts_per_policy.contacts_dropped', 'contacts_per_policy.mailable_contacts') }} as dropped_share,
        contacts_per_policy.billed_contacts,
        contacts_per_policy.billed_contacts_after,
        mails_per_policy.sends,
        mails_per_policy.sends_after,
        mails_per_policy.mails_not_wholly_loaded,
        mails_per_policy.bounce_rate,
        mails_per_policy.bounce_rate_after,
        mails_per_policy.open_rate,
        mails_per_policy.open_rate_after,
        mails_per_policy.human_open_rate,
        mails_per_policy.human_open_rate_after,
        mails_per_policy.click_rate,
        mails_per_policy.click_rate_after
    from contacts_per_policy
    left join mails_per_policy
        on contacts_per_policy.inactive_days = mails_per_policy.inactive_days
    where {{ is_loaded('email_sends') }} and {{ is_loaded('email_opens') }}

)

select * from final
