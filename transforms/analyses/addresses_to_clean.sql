-- Which addresses should not be mailed again?
-- Hard bounces, and addresses that bounced again and again, as long as they may be mailed.
select contact_id, email_address, mails_bounced, mails_bounced_hard, bounce_rate, last_bounced_at
from {{ ref('repeat_bouncers') }}
where is_mailable
order by
    mails_bounced_hard desc,
    mails_bounced desc,
    contact_id
