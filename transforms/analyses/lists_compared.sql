-- Which lists are alive, and which are only long?
-- Active: opened or clicked within 90 days of the newest event.
select list_name, members, mailable_share, active_share, member_open_rate, member_click_rate
from {{ ref('lists') }}
where not is_deleted and members > 0
order by
    active_share desc nulls last,
    list_id
