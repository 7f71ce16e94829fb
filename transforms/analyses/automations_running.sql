-- Which automations run, and since when?
-- An automation that was changed after it was set going runs in its older form until it is set going again.
select automation_name, running_since_date, is_changed_since_start, updated_at
from {{ ref('automations') }}
where is_running
order by
    running_since_at desc nulls last,
    automation_id
