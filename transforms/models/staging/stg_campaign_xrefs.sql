-- one row per v2_email_campaign_id
with

source as (

    {{ raw_table('campaign_xrefs', {
        'v2_email_campaign_id': 'string',
        'campaign_id': 'string',
        'campaign_activity_id': 'string',
    }) }}

),

final as (

    select
        v2_email_campaign_id as old_campaign_id,
        campaign_id,
        campaign_activity_id
    from source

)

select * from final
