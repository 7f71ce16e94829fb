-- Which mails went out more than once, to whom and how much later?
-- again: to contacts added since; resend_to_non_openers: the resend, a mail of its own; failed: nobody got it.
select campaign_name, subject, send_kind, contacts, hours_since_first_send, reason_code, sent_at
from {{ ref('mail_sends') }}
where send_kind <> 'first'
order by
    sent_at desc nulls last,
    campaign_activity_id,
    send_id
