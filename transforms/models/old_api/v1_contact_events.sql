-- one row per event_id: what a contact did in the 90 days before the newest event of the account
with

events as (

    select * from {{ here(ref('v1_campaign_events')) }}

),

newest as (

    select max(occurred_at) as occurred_at from events

),

final as (

    select events.*
    from events
    inner join newest
        on events.occurred_at >= {{ dbt.dateadd('day', -90, 'newest.occurred_at') }}

)

select * from final
