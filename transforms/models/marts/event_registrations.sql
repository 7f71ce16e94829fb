-- one row per event_id and registration_id: who registered, what was paid, who came
with

events as (

    select * from {{ ref('stg_events') }}

),

registrations as (

    select * from {{ ref('stg_event_registrations') }}

),

details as (

    select * from {{ ref('stg_event_registration_details') }}

),

addressees as (

    select * from {{ ref('int_addressees') }}

),

-- nobody is absent from an event at whose door nobody counted
counted_events as (

    select
        event_id,
        {{ count_where('checked_in_tickets > 0') }} > 0 as is_check_in_used
    from registrations
    where deleted_at is null
    group by event_id

),

joined as (

    select
        registrations.*,
        events.event_name,
        events.currency_type,
        events.starts_at,
        details.order_payment_method,
        coalesce(details.contact_id, addressees.contact_id) as contact_id,
        lower(events.event_status) = 'complete' as is_over,
        coalesce(counted_events.is_check_in_used, false) as is_check_in_used,
        registrations.deleted_at is null
        and lower(coalesce(registrations.registration_status, '')) = 'registered' as is_registered,
        lower(coalesce(registrations.payment_status, '')) as payment
    from registrations
    left join events
        on registrations.event_id = events.event_id
    left join details
        on
            registrations.event_id = details.event_id
            and registrations.registration_id = details.registration_id
    left join addressees
        on lower(trim(registrations.email_address)) = addressees.email_address
    left join counted_events
        on registrations.event_id = counted_events.event_id

),

final as (

    select
        {{ account_id() }} as account_id,
        event_id,
        registration_id,
        contact_id,
        event_name,
        email_address,
        first_name,
        last_name,
        lower(registration_status) as registration_status,
        lower(payment_status) as payment_status,
        order_payment_method as payment_method,
        tickets,
        checked_in_tickets,
        currency_type,
        total_amount,
        case when payment = 'paid' then total_amount end as paid_amount,
        case when payment in ('refunded', 'charged_back') then total_amount end as returned_amount,
        cast({{ dbt.datediff(local_date('registered_at'), local_date('starts_at'), 'day') }} as bigint) as days_before_event,
        new_contact as is_new_contact,
        is_registered,
        case when checked_in_tickets is not null then is_registered and checked_in_tickets > 0 end as is_attended,
        case
            when not is_registered then false
            when checked_in_tickets > 0 then false
            when is_over and is_check_in_used and checked_in_tickets = 0 then true
        end as is_no_show,
        deleted_at is not null as is_deleted,
        registered_at,
        starts_at as event_starts_at,
        deleted_at
    from joined

)

select * from final
