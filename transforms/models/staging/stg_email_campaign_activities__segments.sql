-- one row per campaign_activity_id, segment_id
with

source as (

    {{ raw_table('email_campaign_activities__segments', {
        'campaign_activity_id': 'string',
        'segment_id': 'string',
    }) }}

),

final as (

    select
        campaign_activity_id,
        segment_id
    from source

)

select * from final
