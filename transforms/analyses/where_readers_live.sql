-- Where do our readers live?
-- By country and state of the address changed last; active: opened or clicked in the last 90 days.
select country, state, contacts, mailable_contacts, active_share, lifetime_open_rate, lifetime_click_rate
from {{ ref('regions') }}
order by
    contacts desc,
    country,
    state
