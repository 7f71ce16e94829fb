-- one row per event_id: what happened to the e-mails of a campaign, by kind
with

events as (

    select * from {{ here(ref('email_events')) }}

),

campaigns as (

    select * from {{ here(ref('v1_campaigns')) }}

),

contacts as (

    select * from {{ here(ref('v1_contacts')) }}

),

final as (

    select
        events.event_id,
        case events.event_type
            when 'send' then 'sends'
            when 'open' then 'opens'
            when 'click' then 'clicks'
            when 'bounce' then 'bounces'
            when 'opt_out' then 'opt-outs'
            when 'forward' then 'forwards'
        end as event_kind,
        events.campaign_id,
        campaigns.old_campaign_id,
        events.campaign_activity_id,
        events.contact_id,
        contacts.old_contact_id,
        events.email_address,
        events.link_url,
        events.bounce_code,
        events.opt_out_reason,
        events.occurred_at
    from events
    left join campaigns
        on events.campaign_id = campaigns.campaign_id
    left join contacts
        on events.contact_id = contacts.contact_id

)

select * from final
