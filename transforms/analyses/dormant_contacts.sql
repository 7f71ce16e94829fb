-- How many contacts would a clean-up touch, and since when are they silent?
-- By the month of the last open or click, in the account's time zone; null: never.
with

last_engaged as (

    select
        contact_id,
        max(occurred_date) as last_engaged_date
    from {{ ref('email_events') }}
    where event_type in ('open', 'click')
    group by contact_id

)

select
    cast(date_trunc('month', last_engaged.last_engaged_date) as date) as last_engaged_month,
    count(*) as contacts,
    sum(contacts.lifetime_sends) as mails_sent_to_them
from {{ ref('contacts') }} as contacts
left join last_engaged
    on contacts.contact_id = last_engaged.contact_id
where contacts.is_dormant and contacts.is_mailable
group by cast(date_trunc('month', last_engaged.last_engaged_date) as date)
order by last_engaged_month nulls first
