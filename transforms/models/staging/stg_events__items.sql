-- one row per event_id and item_id
with

source as (

    {{ raw_table('events__items', {
        'event_id': 'string',
        'item_id': 'string',
        'name': 'string',
        'description': 'string',
        'price': 'float',
        'display_order': 'integer',
        'quantity_total': 'integer',
        'quantity_remaining': 'integer',
        'quantity_sold': 'integer',
        'limit_per_order': 'integer',
        'show_remaining_flag': 'boolean',
        'paused_flag': 'boolean',
        'deletable_flag': 'boolean',
        'hidden_flag': 'boolean',
        'time_limit_flag': 'boolean',
        'start_time': 'timestamp',
        'end_time': 'timestamp',
        'media_internal_id': 'string',
        'media_url': 'string',
        'attributes': 'string',
        'status_labels': 'string',
        'create_time': 'timestamp',
        'last_update_time': 'timestamp',
        'deleted_time': 'timestamp',
    }) }}

),

final as (

    select
        event_id,
        item_id,
        name as item_name,
        description,
        price,
        display_order,
        quantity_total,
        quantity_remaining,
        quantity_sold,
        limit_per_order,
        show_remaining_flag,
        paused_flag,
        deletable_flag,
        hidden_flag,
        time_limit_flag,
        start_time as starts_at,
        end_time as ends_at,
        media_internal_id,
        media_url,
        attributes,
        status_labels,
        create_time as created_at,
        last_update_time as updated_at,
        deleted_time as deleted_at
    from source

)

select * from final
