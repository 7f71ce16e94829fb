-- Is it worth sending again to those who did not open?
-- Opens that the resend added, and the opt-outs that it cost.
select campaign_name, primary_open_rate, resend_open_rate, added_opens, added_clicks, resend_opt_outs, open_uplift
from {{ ref('resend_uplift') }}
order by
    open_uplift desc nulls last,
    campaign_activity_id
