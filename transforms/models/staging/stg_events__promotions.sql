-- one row per event_id and position
with

source as (

    {{ raw_table('events__promotions', {
        'event_id': 'string',
        'position': 'integer',
        'campaign_activity_id': 'string',
        'assoc_activity_sub_type': 'string',
        'ext_id': 'string',
        'is_default': 'boolean',
    }) }}

),

final as (

    select
        event_id,
        position,
        campaign_activity_id,
        assoc_activity_sub_type,
        ext_id,
        is_default
    from source

)

select * from final
