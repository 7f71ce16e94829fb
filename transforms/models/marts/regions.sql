-- one row per country and state of the contacts' addresses ('not known' without one), deleted contacts left out
with

street_addresses as (

    select * from {{ ref('stg_contacts__street_addresses') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

-- a contact with several addresses counts at the one that was changed last
numbered as (

    select
        contact_id,
        nullif(trim(country), '') as country,
        nullif(trim(state), '') as state,
        row_number() over (
            partition by contact_id
            order by {{ nulls_last('coalesce(updated_at, created_at)', 'desc') }}, street_address_id
        ) as age
    from street_addresses
    where
        nullif(trim(country), '') is not null
        or nullif(trim(state), '') is not null

),

located as (

    select
        contacts.*,
        coalesce(numbered.country, 'not known') as country,
        coalesce(numbered.state, 'not known') as state
    from contacts
    left join numbered
        on
            contacts.contact_id = numbered.contact_id
            and numbered.age = 1
    where not contacts.is_deleted

),

counted as (

    select
        country,
        state,
        count(*) as contacts,
        {{ count_where('is_mailable') }} as mailable_contacts,
        {{ count_where("consent_state = 'unsubscribed'") }} as unsubscribed_contacts,
        {{ count_where("recency_tier = 'active'") }} as active_contacts,
        cast(sum(lifetime_sends) as bigint) as sends,
        cast(sum(mails_opened) as bigint) as mails_opened,
        cast(sum(mails_clicked) as bigint) as mails_clicked,
        cast(sum(human_mails_opened) as bigint) as human_mails_opened,
        {{ sends_not_wholly_loaded() }} as sends_not_wholly_loaded
    from located
    group by
        country,
        state

),

final as (

    select
        {{ account_id() }} as account_id,
        country,
        state,
        contacts,
        mailable_contacts,
        unsubscribed_contacts,
        case when {{ is_tier_known() }} then active_contacts end as active_contacts,
        sends,
        mails_opened,
        mails_clicked,
        human_mails_opened,
        sends_not_wholly_loaded,
        {{ rate("case when " ~ is_tier_known() ~ " then active_contacts end", 'contacts') }} as active_share,
        {{ rate('unsubscribed_contacts', 'contacts') }} as unsubscribed_share,
        {{ rate_with_interval('lifetime_open_rate', 'mails_opened', 'sends') }},
        {{ rate_with_interval('lifetime_click_rate', 'mails_clicked', 'sends') }}
    from counted

)

select * from final
