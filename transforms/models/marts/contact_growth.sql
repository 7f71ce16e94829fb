-- one row per day in the time zone of `time_zone`, from the first contact to the newest day known
--
-- from today's rows: a contact that came, left and came back counts once, at its latest opt-in; a contact without any date
-- counts on the first day
with

contacts as (

    select * from {{ ref('contacts') }}

),

calendar as (

    select * from {{ ref('calendar') }}

),

first_day as (

    select min(calendar_date) as calendar_date
    from calendar

),

judged as (

    select
        contacts.*,
        {{ has_email() }} as has_email
    from contacts

),

addressed as (

    select
        judged.contact_id,
        judged.consent_state,
        coalesce(judged.joined_date, first_day.calendar_date) as joined_date,
        case
            when judged.consent_state in ('unsubscribed', 'deleted')
                then coalesce(judged.left_date, judged.joined_date, first_day.calendar_date)
        end as left_date
    from judged
    cross join first_day
    where judged.has_email

),

joins_per_day as (

    select
        joined_date as calendar_date,
        count(*) as joined,
        {{ count_where("consent_state = 'subscribed'") }} as joined_subscribed,
        {{ count_where("consent_state = 'pending'") }} as joined_pending
    from addressed
    group by joined_date

),

leaves_per_day as (

    select
        left_date as calendar_date,
        {{ count_where("consent_state = 'unsubscribed'") }} as opted_out,
        {{ count_where("consent_state = 'deleted'") }} as deleted
    from addressed
    where left_date is not null
    group by left_date

),

counted as (

    select
        calendar.calendar_date,
        coalesce(joins_per_day.joined, 0) as joined,
        coalesce(joins_per_day.joined_subscribed, 0) as joined_subscribed,
        coalesce(joins_per_day.joined_pending, 0) as joined_pending,
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
        {{ account_id() }} as account_id,
        joined,
        opted_out,
        deleted,
        joined - opted_out - deleted as net_growth,
        cast(sum(joined - opted_out - deleted) over (order by calendar_date) as bigint) as contacts_at_end,
        cast(sum(joined_subscribed) over (order by calendar_date) as bigint) as mailable_at_end,
        cast(sum(joined_pending) over (order by calendar_date) as bigint) as pending_at_end,
        calendar_date
    from counted

)

select * from final
