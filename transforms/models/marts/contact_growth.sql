-- one row per day (UTC), from the first contact to the newest day known
--
-- from today's rows: a contact that came, left and came back counts once, at its latest opt-in
with

contacts as (

    select * from {{ ref('contacts') }}

),

calendar as (

    select * from {{ ref('calendar') }}

),

joins_per_day as (

    select
        cast(coalesce(opted_in_at, created_at) as date) as calendar_date,
        count(*) as joined
    from contacts
    where email_address is not null
    group by cast(coalesce(opted_in_at, created_at) as date)

),

leavers as (

    select
        contact_id,
        consent_state,
        case
            when is_deleted then deleted_date
            when consent_state = 'unsubscribed' then cast(opted_out_at as date)
        end as left_date
    from contacts
    where email_address is not null

),

leaves_per_day as (

    select
        left_date as calendar_date,
        {{ count_where("consent_state = 'unsubscribed'") }} as opted_out,
        {{ count_where("consent_state = 'deleted'") }} as deleted
    from leavers
    where left_date is not null
    group by left_date

),

counted as (

    select
        calendar.calendar_date,
        coalesce(joins_per_day.joined, 0) as joined,
        coalesce(leaves_per_day.opted_out, 0) as opted_out,
        coalesce(leaves_per_day.deleted, 0) as deleted
    from calendar
    left join joins_per_day
        on calendar.calendar_date = joins_per_day.calendar_date
    left join leaves_per_day
        on calendar.calendar_date = leaves_per_day.calendar_date

),

final as (

    select
        joined,
        opted_out,
        deleted,
        joined - opted_out - deleted as net_growth,
        cast(sum(joined - opted_out - deleted) over (order by calendar_date) as bigint) as contacts_at_end,
        calendar_date
    from counted

)

select * from final
