-- Who registers for events and does not come?
-- By address, over events of which attendance is known; one event says little, several do.
select
    lower(trim(email_address)) as email_address,
    count(*) as registrations,
    sum(case when is_no_show then 1 else 0 end) as no_shows,
    max(event_starts_at) as last_event_at
from {{ ref('event_registrations') }}
where
    is_registered
    and is_no_show is not null
group by lower(trim(email_address))
having sum(case when is_no_show then 1 else 0 end) > 0
order by no_shows desc, registrations desc, 1
