-- one row per sign-up month and month since (0: the month of the sign-up itself)
with

contacts as (

    select * from {{ ref('contacts') }}

),

email_events as (

    select * from {{ ref('email_events') }}

),

calendar as (

    select * from {{ ref('calendar') }}

),

judged as (

    select
        contacts.*,
        {{ has_email() }} as has_email
    from contacts

),

-- who unsubscribed before opting in, or at a time not known, has left in the month of the sign-up
members as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', 'joined_date') }} as date) as cohort_month,
        cast({{ dbt.date_trunc('month', 'left_date') }} as date) as left_month
    from judged
    where
        has_email
        and joined_date is not null

),

months as (

    select distinct month_start_date
    from calendar

),

contact_months as (

    select
        contact_id,
        cast({{ dbt.date_trunc('month', 'occurred_date') }} as date) as activity_month,
        {{ count_where("event_type = 'send'") }} as sends,
        {{ count_where("event_type in ('open', 'click')") }} as engagements
    from email_events
    group by
        contact_id,
        cast({{ dbt.date_trunc('month', 'occurred_date') }} as date)

),

cohort_sizes as (

    select
        cohort_month,
        count(*) as cohort_size
    from members
    group by cohort_month

),

leaves as (

    select
        cohort_month,
        left_month,
        count(*) as leavers
    from members
    where left_month is not null
    group by
        cohort_month,
        left_month

),

activity as (

    select
        members.cohort_month,
        contact_months.activity_month,
        {{ count_where('contact_months.sends > 0') }} as mailed_contacts,
        {{ count_where('contact_months.engagements > 0') }} as engaged_contacts,
        {{ count_where('contact_months.sends > 0 and contact_months.engagements > 0') }} as mailed_and_engaged
    from members
    inner join contact_months
        on members.contact_id = contact_months.contact_id
    group by
        members.cohort_month,
        contact_months.activity_month

),

grid as (

    select
        cohort_sizes.cohort_month,
        months.month_start_date as activity_month,
        cohort_sizes.cohort_size
    from cohort_sizes
    inner join months
        on cohort_sizes.cohort_month <= months.month_start_date

),

counted as (

    select
        grid.cohort_month,
        grid.activity_month,
        cast({{ dbt.datediff('grid.cohort_month', 'grid.activity_month', 'month') }} as bigint) as months_since,
        grid.cohort_size,
        case when {{ is_loaded('email_sends') }} then coalesce(activity.mailed_contacts, 0) end as mailed_contacts,
        case when {{ is_loaded('email_opens') }} then coalesce(activity.engaged_contacts, 0) end as engaged_contacts,
        case when {{ is_loaded('email_opens') }} then coalesce(activity.mailed_and_engaged, 0) end as mailed_and_engaged,
        cast(
            coalesce(
                sum(leaves.leavers) over (
                    partition by grid.cohort_month
                    order by grid.activity_month
                ), 0
            ) as bigint
        ) as left_so_far
    from grid
    left join activity
        on
            grid.cohort_month = activity.cohort_month
            and grid.activity_month = activity.activity_month
    left join leaves
        on
            grid.cohort_month = leaves.cohort_month
            and grid.activity_month = leaves.left_month

),

final as (

    select
        {{ account_id() }} as account_id,
        months_since,
        cohort_size,
        cohort_size - left_so_far as remaining_contacts,
        mailed_contacts,
        engaged_contacts,
        {{ rate('cohort_size - left_so_far', 'cohort_size') }} as retention_rate,
        {{ rate('mailed_and_engaged', 'mailed_contacts') }} as engagement_rate,
        cohort_month,
        activity_month
    from counted

)

select * from final
