-- one row per list_id and contact_id: members of lists, with the time of their last change
with

memberships as (

    select * from {{ here(ref('stg_contacts__list_memberships')) }}

),

lists as (

    select * from {{ here(ref('v1_lists')) }}

),

contacts as (

    select * from {{ here(ref('v1_contacts')) }}

),

final as (

    select
        memberships.list_id,
        lists.old_list_id,
        lists.list_name,
        memberships.contact_id,
        contacts.old_contact_id,
        contacts.email_address,
        contacts.contact_status,
        contacts.list_type,
        contacts.updated_at
    from memberships
    inner join lists
        on memberships.list_id = lists.list_id
    inner join contacts
        on memberships.contact_id = contacts.contact_id

)

select * from final
