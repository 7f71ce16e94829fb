-- Which lists hold much the same people?
-- Share of the smaller list that is on the larger one too.
with

stays as (

    select list_id, list_name, contact_id
    from {{ ref('membership_history') }}
    where is_current

),

sizes as (

    select list_id, count(*) as members
    from stays
    group by list_id

)

select
    one.list_name as list_name,
    other.list_name as other_list_name,
    count(*) as on_both,
    cast(count(*) as double precision) / least(min(one_size.members), min(other_size.members)) as share_of_smaller
from stays as one
inner join stays as other
    on
        one.contact_id = other.contact_id
        and one.list_id < other.list_id
inner join sizes as one_size
    on one.list_id = one_size.list_id
inner join sizes as other_size
    on other.list_id = other_size.list_id
group by
    one.list_id,
    one.list_name,
    other.list_id,
    other.list_name
order by
    share_of_smaller desc,
    one.list_id,
    other.list_id
