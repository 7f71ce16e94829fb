-- Which values of our custom fields go with readers?
-- Values that ten contacts or more have; rates are over the contacts' whole lives.
select field_label, field_value, contacts, active_share, lifetime_open_rate, lifetime_click_rate, unsubscribed_share
from {{ ref('custom_field_values') }}
where contacts >= 10
order by
    field_label,
    lifetime_click_rate desc nulls last,
    field_value
