-- Does one mailbox provider turn us away?
-- Domains with a tenth of the sends of the largest one, or more; block: the receiving system refused.
select email_domain, sends, delivery_rate, block_rate, open_rate, last_sent_at
from {{ ref('domains') }}
where sends * 10 >= (select max(sends) from {{ ref('domains') }})
order by
    block_rate desc nulls last,
    delivery_rate,
    email_domain
