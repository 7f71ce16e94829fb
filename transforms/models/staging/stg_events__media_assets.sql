-- one row per event_id and position
with

source as (

    {{ raw_table('events__media_assets', {
        'event_id': 'string',
        'position': 'integer',
        'internal_id': 'string',
        'external_id': 'string',
        'external_url': 'string',
        'media_type': 'string',
        'create_time': 'timestamp',
        'last_update_time': 'timestamp',
    }) }}

),

final as (

    select
        event_id,
        position,
        internal_id,
        external_id,
        external_url,
        media_type,
        create_time as created_at,
        last_update_time as updated_at
    from source

)

select * from final
