-- Which subject lines were tested against each other, and how did the mail do?
-- The API gives no result per subject, nor the winner: the rates are those of the mail as a whole.
select campaign_name, subject_a, subject_b, test_share, winner_wait_hours, deliveries, open_rate, open_rate_low, open_rate_high, click_rate
from {{ ref('ab_tests') }}
where not is_deleted
order by
    first_sent_at desc nulls last,
    campaign_activity_id
