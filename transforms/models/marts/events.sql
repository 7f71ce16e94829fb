-- one row per event_id: registrations, attendance and revenue of each event
with

events as (

    select * from {{ ref('stg_events') }}

),

registrations as (

    select * from {{ ref('event_registrations') }}
    where not is_deleted

),

items as (

    select * from {{ ref('stg_events__items') }}

),

promo_codes as (

    select * from {{ ref('stg_events__promo_codes') }}

),

registrations_per_event as (

    select
        event_id,
        count(*) as registrations,
        {{ count_where('is_registered') }} as registered,
        {{ count_where("registration_status = 'pending'") }} as pending,
        {{ count_where("registration_status = 'canceled'") }} as canceled,
        {{ count_where('is_registered and is_new_contact') }} as new_contacts,
        cast(coalesce(sum(case when is_registered then tickets end), 0) as bigint) as tickets,
        {{ count_where('is_attended') }} as attended,
        count(case when is_registered then is_no_show end) as known_attendance,
        {{ count_where('is_no_show') }} as no_shows,
        coalesce(sum(paid_amount), 0.0) as revenue,
        coalesce(sum(returned_amount), 0.0) as returned_amount,
        coalesce(sum(case when is_registered and payment_status = 'pending' then total_amount end), 0.0) as outstanding_amount,
        min(registered_at) as first_registered_at,
        max(registered_at) as last_registered_at
    from registrations
    group by event_id

),

items_per_event as (

    select
        event_id,
        cast(sum(quantity_sold) as bigint) as items_sold
    from items
    group by event_id

),

promo_codes_per_event as (

    select
        event_id,
        cast(sum(quantity_used) as bigint) as promo_codes_used
    from promo_codes
    group by event_id

),

-- null: not loaded, or the API counts registrations of which none is here; 0: loaded, there are none
counted as (

    select
        events.*,
{% for name in ['registrations', 'registered', 'pending', 'canceled', 'new_contacts', 'tickets', 'attended', 'revenue', 'returned_amount', 'outstanding_amount'] %}
        case
            when not {{ is_loaded('event_registrations') }} then null
            when events.registration_count > 0 and registrations_per_event.event_id is null then null
            else coalesce(registrations_per_event.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
        -- who stayed away is known when it is known of all who registered
        case
            when not {{ is_loaded('event_registrations') }} then null
            when events.registration_count > 0 and registrations_per_event.event_id is null then null
            when coalesce(registrations_per_event.known_attendance, 0) = coalesce(registrations_per_event.registered, 0)
                then coalesce(registrations_per_event.no_shows, 0)
        end as no_shows,
        registrations_per_event.first_registered_at,
        registrations_per_event.last_registered_at,
        items_per_event.items_sold,
        promo_codes_per_event.promo_codes_used
    from events
    left join registrations_per_event
        on events.event_id = registrations_per_event.event_id
    left join items_per_event
        on events.event_id = items_per_event.event_id
    left join promo_codes_per_event
        on events.event_id = promo_codes_per_event.event_id

),

final as (

    select
        {{ account_id() }} as account_id,
        event_id,
        event_name,
        title,
        lower(event_status) as event_status,
        event_type,
        location_type,
        time_zone,
        currency_type,
        registrations,
        registered,
        pending,
        canceled,
        new_contacts,
        tickets,
        track_overall_ticket_capacity as ticket_capacity,
        attended,
        no_shows,
        items_sold,
        promo_codes_used,
        registration_count as reported_registrations,
        revenue,
        returned_amount,
        outstanding_amount,
        {{ rate('revenue', 'registered') }} as revenue_per_registration,
        {{ rate('case when no_shows is not null then attended end', 'registered') }} as attendance_rate,
        {{ rate('no_shows', 'registered') }} as no_show_rate,
        {{ rate('canceled', 'registrations') }} as cancellation_rate,
        {{ rate('case when tickets between 0 and track_overall_ticket_capacity then tickets end', 'track_overall_ticket_capacity') }} as sold_share,
        deleted_at is not null or lower(coalesce(event_status, '')) = 'deleted' as is_deleted,
        case when registration_count is not null and {{ is_loaded('event_registrations') }} then coalesce(registrations, 0) >= registration_count end as is_wholly_loaded,
        created_at,
        first_registered_at,
        last_registered_at,
        starts_at,
        ends_at
    from counted

)

select * from final
