-- one row per contact whose mails bounced in several activities, or bounced hard at least once; auto-replies are no bounces
with

mails as (

    select * from {{ ref('int_recipients') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

bounces_per_contact as (

    select
        contact_id,
        count(*) as mails_bounced,
        {{ count_where("bounce_class = 'hard'") }} as mails_bounced_hard,
        {{ count_where("bounce_class = 'block'") }} as mails_blocked,
        {{ count_where('is_sent') }} as sends_bounced,
        min(first_bounced_at) as first_bounced_at,
        max(last_bounced_at) as last_bounced_at
    from mails
    where is_bounced
    group by contact_id

),

final as (

    select
        {{ account_id() }} as account_id,
        bounces_per_contact.contact_id,
        contacts.email_address,
        contacts.email_domain,
        contacts.consent_state,
        bounces_per_contact.mails_bounced,
        bounces_per_contact.mails_bounced_hard,
        bounces_per_contact.mails_blocked,
        contacts.lifetime_sends,
        contacts.mails_not_wholly_loaded,
        {{ rate('bounces_per_contact.sends_bounced', 'contacts.lifetime_sends') }} as bounce_rate,
        contacts.is_mailable,
        bounces_per_contact.first_bounced_at,
        bounces_per_contact.last_bounced_at
    from bounces_per_contact
    left join contacts
        on bounces_per_contact.contact_id = contacts.contact_id
    where
        bounces_per_contact.mails_bounced >= {{ var('repeat_bounces') }}
        or bounces_per_contact.mails_bounced_hard > 0

)

select * from final
