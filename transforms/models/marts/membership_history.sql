-- one row per contact_id, list_id and valid_from: a stay on a list
with

memberships as (

    select * from {{ ref('stg_contacts__list_memberships_history') }}

),

lists as (

    select * from {{ ref('stg_contact_lists') }}

),

first_sync as (

    select min(valid_from) as valid_from
    from memberships

),

final as (

    select
        {{ account_id() }} as account_id,
        memberships.contact_id,
        memberships.list_id,
        lists.list_name,
        cast(
            row_number() over (
                partition by memberships.contact_id, memberships.list_id
                order by memberships.valid_from
            ) as bigint
        ) as stay_number,
        memberships.valid_to is null as is_current,
        memberships.valid_from > first_sync.valid_from as is_start_known,
        memberships.valid_from,
        memberships.valid_to
    from memberships
    cross join first_sync
    left join lists
        on memberships.list_id = lists.list_id

)

select * from final
