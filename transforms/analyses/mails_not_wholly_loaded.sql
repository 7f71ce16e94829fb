-- Which mails' figures are not complete yet?
-- The API's totals count more than is loaded; the next syncs read the rest.
select
    campaign_activities.campaign_name,
    campaign_activities.subject,
    reconciliation.metric,
    reconciliation.loaded_count,
    reconciliation.reported_count,
    campaign_activities.first_sent_at
from {{ ref('campaign_activities') }} as campaign_activities
inner join {{ ref('reconciliation') }} as reconciliation
    on campaign_activities.campaign_activity_id = reconciliation.campaign_activity_id
where
    not campaign_activities.is_wholly_loaded
    and not reconciliation.is_equal
order by
    campaign_activities.first_sent_at desc,
    reconciliation.metric
