-- What would it change to stop mailing people who do not respond?
-- One row per number of days without a human open or click; *_after is without the contacts dropped.
select
    inactive_days,
    contacts_dropped,
    mailable_contacts,
    billed_contacts,
    billed_contacts_after,
    human_open_rate,
    human_open_rate_after,
    bounce_rate,
    bounce_rate_after
from {{ ref('sunset_policies') }}
order by inactive_days
