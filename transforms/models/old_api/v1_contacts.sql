-- one row per contact_id: contacts by list type and time of change, as the API V1 told them
with

contacts as (

    select * from {{ here(ref('stg_contacts')) }}

),

old_ids as (

    select
        contact_id,
        min(old_contact_id) as old_contact_id
    from {{ here(ref('stg_contact_xrefs')) }}
    group by contact_id

),

final as (

    select
        contacts.contact_id,
        old_ids.old_contact_id,
        contacts.email_address,
        contacts.first_name,
        contacts.last_name,
        case
            when contacts.deleted_date is not null then 'Removed'
            when lower(contacts.permission_to_send) = 'unsubscribed' then 'Do Not Mail'
            when lower(contacts.permission_to_send) = 'pending_confirmation' then 'Unconfirmed'
            when lower(contacts.permission_to_send) in ('explicit', 'implicit') then 'Active'
        end as contact_status,
        case
            when contacts.deleted_date is not null then 'removed'
            when lower(contacts.permission_to_send) = 'unsubscribed' then 'do-not-mail'
            when lower(contacts.permission_to_send) in ('explicit', 'implicit', 'pending_confirmation') then 'active'
        end as list_type,
        contacts.created_at,
        {{ later_of(
            later_of('contacts.updated_at', 'contacts.email_address_updated_at'),
            later_of('contacts.opted_out_at', 'cast(contacts.deleted_date as ' ~ timestamp_type() ~ ')'),
        ) }} as updated_at
    from contacts
    left join old_ids
        on contacts.contact_id = old_ids.contact_id

)

select * from final
