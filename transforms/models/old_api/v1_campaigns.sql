-- one row per campaign_id: campaigns by their status in the words of the API V1
with

campaigns as (

    select * from {{ here(ref('campaigns')) }}

),

old_ids as (

    select
        campaign_id,
        min(old_campaign_id) as old_campaign_id
    from {{ here(ref('stg_campaign_xrefs')) }}
    group by campaign_id

),

final as (

    select
        campaigns.campaign_id,
        old_ids.old_campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_type,
        case campaigns.campaign_status
            when 'done' then 'SENT'
            when 'draft' then 'DRAFT'
            when 'scheduled' then 'SCHEDULED'
            when 'executing' then 'RUNNING'
        end as campaign_status,
        campaigns.created_at,
        campaigns.updated_at,
        campaigns.last_sent_at
    from campaigns
    left join old_ids
        on campaigns.campaign_id = old_ids.campaign_id

)

select * from final
