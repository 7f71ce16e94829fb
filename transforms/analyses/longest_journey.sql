-- What did one person live through with us, step by step?
-- The contact with the most touches, as an example; put any contact_id in its place.
select touch_number, touch, detail, seconds_since_previous, occurred_at
from {{ ref('contact_journey') }}
where
    contact_id = (
        select contact_id
        from {{ ref('contact_journey') }}
        group by contact_id
        order by
            count(*) desc,
            contact_id
        limit 1
    )
order by touch_number
