-- one row per list_id and day on which a sync saw its members change
--
-- from the history of memberships: members who left again are seen; before the first sync nothing is known
with

membership_history as (

    select * from {{ ref('membership_history') }}

),

changes as (

    select
        list_id,
        {{ local_date('valid_from') }} as changed_date,
        1 as members,
        case when is_start_known then 1 else 0 end as joined,
        0 as departed
    from membership_history
    union all
    select
        list_id,
        {{ local_date('valid_to') }} as changed_date,
        -1 as members,
        0 as joined,
        1 as departed
    from membership_history
    where valid_to is not null

),

per_day as (

    select
        list_id,
        changed_date,
        cast(sum(members) as bigint) as net_growth,
        cast(sum(joined) as bigint) as joined,
        cast(sum(departed) as bigint) as departed
    from changes
    group by
        list_id,
        changed_date

),

lists as (

    select * from {{ ref('stg_contact_lists') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        per_day.list_id,
        lists.list_name,
        per_day.joined,
        per_day.departed,
        cast(
            sum(per_day.net_growth) over (
                partition by per_day.list_id
                order by per_day.changed_date
            ) as bigint
        ) as members_at_end,
        per_day.changed_date
    from per_day
    left join lists
        on per_day.list_id = lists.list_id

)

select * from final
