-- one row per event_id: events that are there
with

events as (

    select * from {{ here(ref('events')) }}

),

final as (

    select
        event_id,
        event_name,
        title,
        upper(event_status) as event_status,
        event_type,
        currency_type,
        reported_registrations as registrant_count,
        tickets as ticket_count,
        attended as attended_count,
        no_shows as no_show_count,
        created_at,
        starts_at,
        ends_at
    from events
    where not is_deleted

)

select * from final
