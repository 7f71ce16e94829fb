-- one row per list_id and day on which today's members of the list joined
--
-- the API dates no membership, so a member joined at the later of its opt-in and the making of the list
with

list_memberships as (

    select * from {{ ref('stg_contacts__list_memberships') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

lists as (

    select * from {{ ref('lists') }}

),

dated as (

    select
        list_memberships.list_id,
        list_memberships.contact_id,
        {{ later_of('contacts.joined_date', local_date('lists.created_at')) }} as joined_date
    from list_memberships
    inner join contacts
        on list_memberships.contact_id = contacts.contact_id
    left join lists
        on list_memberships.list_id = lists.list_id
    where not contacts.is_deleted

),

joins_per_day as (

    select
        list_id,
        joined_date,
        count(*) as joined
    from dated
    group by
        list_id,
        joined_date

),

final as (

    select
        {{ account_id() }} as account_id,
        joins_per_day.list_id,
        lists.list_name,
        joins_per_day.joined,
        cast(
            sum(joins_per_day.joined) over (
                partition by joins_per_day.list_id
                order by {{ nulls_last('joins_per_day.joined_date') }}
            ) as bigint
        ) as members_at_end,
        joins_per_day.joined_date
    from joins_per_day
    left join lists
        on joins_per_day.list_id = lists.list_id
    where joins_per_day.joined_date is not null

)

select * from final
