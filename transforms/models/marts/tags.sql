-- one row per tag_id
with

contact_tags as (

    select * from {{ ref('stg_contact_tags') }}

),

taggings as (

    select * from {{ ref('stg_contacts__taggings') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

contacts_per_tag as (

    select
        taggings.tag_id,
        count(*) as contacts,
        {{ count_where('contacts.is_mailable') }} as mailable_contacts,
        {{ count_where("contacts.recency_tier = 'active'") }} as active_contacts,
        {{ count_where("contacts.consent_state = 'unsubscribed'") }} as unsubscribed_contacts,
        cast(sum(contacts.lifetime_sends) as bigint) as sends,
        cast(sum(contacts.mails_opened) as bigint) as mails_opened,
        cast(sum(contacts.mails_clicked) as bigint) as mails_clicked,
        {{ sends_not_wholly_loaded('contacts.mails_not_wholly_loaded') }} as sends_not_wholly_loaded
    from taggings
    left join contacts
        on taggings.contact_id = contacts.contact_id
    where not coalesce(contacts.is_deleted, false)
    group by taggings.tag_id

),

counted as (

    select
        contact_tags.*,
{% for name in ['contacts', 'mailable_contacts', 'unsubscribed_contacts'] %}
        case when {{ is_loaded('contacts__taggings') }} then coalesce(contacts_per_tag.{{ name }}, 0) end as {{ name }},
{% endfor %}
        case
            when {{ is_loaded('contacts__taggings') }} and {{ is_tier_known() }}
                then coalesce(contacts_per_tag.active_contacts, 0)
        end as active_contacts,
        contacts_per_tag.sends,
        contacts_per_tag.mails_opened,
        contacts_per_tag.mails_clicked,
        contacts_per_tag.sends_not_wholly_loaded
    from contact_tags
    left join contacts_per_tag
        on contact_tags.tag_id = contacts_per_tag.tag_id

),

final as (

    select
        {{ account_id() }} as account_id,
        tag_id,
        tag_name,
        tag_source,
        contacts,
        mailable_contacts,
        unsubscribed_contacts,
        active_contacts,
        reported_contacts,
        sends_not_wholly_loaded,
        {{ rate('active_contacts', 'contacts') }} as active_share,
        {{ rate_with_interval('lifetime_open_rate', 'mails_opened', 'sends') }},
        {{ rate_with_interval('lifetime_click_rate', 'mails_clicked', 'sends') }},
        deleted_at is not null as is_deleted,
        created_at,
        updated_at,
        deleted_at
    from counted

)

select * from final
