-- one row per custom_field_id and value: the contacts that have it, deleted ones left out, and how they respond
with

custom_fields as (

    select * from {{ ref('stg_custom_fields') }}

),

choices as (

    select * from {{ ref('stg_custom_fields__choices') }}

),

field_values as (

    select * from {{ ref('stg_contacts__custom_fields') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

-- chosen values are kept as a JSON array such as [1,2]
chosen as (

    select
        field_values.contact_id,
        field_values.custom_field_id,
        coalesce(choices.choice_label, choices.choice_id) as field_value
    from field_values
    inner join choices
        on
            field_values.custom_field_id = choices.custom_field_id
            and {{ json_array_holds('field_values.choice_ids', 'choices.choice_id') }}

),

-- a chosen value has a text of its own in the API's row too; the choices tell more
written as (

    select
        field_values.contact_id,
        field_values.custom_field_id,
        trim(field_values.field_value) as field_value
    from field_values
    left join chosen
        on
            field_values.contact_id = chosen.contact_id
            and field_values.custom_field_id = chosen.custom_field_id
    where
        chosen.contact_id is null
        and trim(field_values.field_value) <> ''

),

held as (

    select distinct *
    from (
        select * from chosen
        union all
        select * from written
    ) as of_both_kinds

),

counted as (

    select
        held.custom_field_id,
        held.field_value,
        count(*) as contacts,
        {{ count_where('contacts.is_mailable') }} as mailable_contacts,
        {{ count_where("contacts.consent_state = 'unsubscribed'") }} as unsubscribed_contacts,
        {{ count_where("contacts.recency_tier = 'active'") }} as active_contacts,
        cast(sum(contacts.lifetime_sends) as bigint) as sends,
        cast(sum(contacts.mails_opened) as bigint) as mails_opened,
        cast(sum(contacts.mails_clicked) as bigint) as mails_clicked,
        cast(sum(contacts.human_mails_opened) as bigint) as human_mails_opened,
        {{ sends_not_wholly_loaded('contacts.mails_not_wholly_loaded') }} as sends_not_wholly_loaded
    from held
    inner join contacts
        on held.contact_id = contacts.contact_id
    where not contacts.is_deleted
    group by
        held.custom_field_id,
        held.field_value

),

final as (

    select
        {{ account_id() }} as account_id,
        counted.custom_field_id,
        custom_fields.field_label,
        counted.field_value,
        counted.contacts,
        counted.mailable_contacts,
        counted.unsubscribed_contacts,
        case when {{ is_tier_known() }} then counted.active_contacts end as active_contacts,
        counted.sends,
        counted.mails_opened,
        counted.mails_clicked,
        counted.human_mails_opened,
        counted.sends_not_wholly_loaded,
        {{ rate("case when " ~ is_tier_known() ~ " then counted.active_contacts end", 'counted.contacts') }} as active_share,
        {{ rate('counted.unsubscribed_contacts', 'counted.contacts') }} as unsubscribed_share,
        {{ rate_with_interval('lifetime_open_rate', 'counted.mails_opened', 'counted.sends') }},
        {{ rate_with_interval('lifetime_click_rate', 'counted.mails_clicked', 'counted.sends') }}
    from counted
    left join custom_fields
        on counted.custom_field_id = custom_fields.custom_field_id

)

select * from final
