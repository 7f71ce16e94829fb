-- one row per list_id: lists of e-mail that are there
with

lists as (

    select * from {{ here(ref('stg_contact_lists')) }}

),

old_ids as (

    select
        list_id,
        min(old_list_id) as old_list_id
    from {{ here(ref('stg_list_xrefs')) }}
    group by list_id

),

final as (

    select
        lists.list_id,
        old_ids.old_list_id,
        lists.list_name,
        lists.reported_members as contact_count,
        lists.created_at,
        lists.updated_at
    from lists
    left join old_ids
        on lists.list_id = old_ids.list_id
    where
        lists.deleted_at is null
        and coalesce(lists.channel_type, 'email') = 'email'

)

select * from final
