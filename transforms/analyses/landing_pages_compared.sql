-- Which landing page turns visitors into contacts?
-- Known visitors only: who left without becoming a contact is not seen. The interval says what so few visits allow.
select landing_page_id, visitors, contacts_added, sign_up_rate, sign_up_rate_low, sign_up_rate_high, click_rate, sms_opt_in_rate, last_visited_at
from {{ ref('landing_pages') }}
order by
    contacts_added desc nulls last,
    landing_page_id
