-- Who read us gladly once and has gone quiet?
-- Mailable contacts at risk, the keenest of old first.
select contact_id, email_address, first_name, last_name, lifetime_open_rate, last_engaged_at, days_since_engaged
from {{ ref('contacts') }}
where is_at_risk and is_mailable
order by
    lifetime_open_rate desc nulls last,
    contact_id
limit 500
