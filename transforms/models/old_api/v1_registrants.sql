-- one row per event_id and registration_id: registrants, their guests, who came and what was paid
with

registrations as (

    select * from {{ here(ref('event_registrations')) }}

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
        registrations.event_id,
        registrations.registration_id,
        registrations.contact_id,
        old_ids.old_contact_id,
        registrations.email_address,
        registrations.first_name,
        registrations.last_name,
        upper(registrations.registration_status) as registration_status,
        case when registrations.tickets > 1 then registrations.tickets - 1 when registrations.tickets is not null then 0 end as guest_count,
        case
            when registrations.is_attended then 'ATTENDED'
            when registrations.is_no_show then 'NO_SHOW'
        end as attendance_status,
        upper(registrations.payment_status) as payment_status,
        registrations.total_amount,
        registrations.currency_type,
        registrations.registered_at
    from registrations
    left join old_ids
        on registrations.contact_id = old_ids.contact_id
    where not registrations.is_deleted

)

select * from final
