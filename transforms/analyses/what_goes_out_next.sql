-- What is scheduled to go out, and when?
-- A resend waits from the first send of its mail; without a date that mail is neither sent nor scheduled.
select due_at, due_date, send_kind, campaign_name, subject, resend_status
from {{ ref('planned_sends') }}
order by
    due_at nulls last,
    campaign_activity_id,
    send_kind
