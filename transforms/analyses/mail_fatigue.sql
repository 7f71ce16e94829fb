-- Do those whom we write more often read less, or leave?
-- By the mails that a contact got in a month; compare within a month, and only where there are many contacts.
select sent_month, mails_in_month, contacts, open_rate, click_rate, contact_opt_out_rate
from {{ ref('send_frequency') }}
order by
    sent_month desc,
    mails_in_month
