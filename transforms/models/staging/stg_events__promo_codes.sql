-- one row per event_id and promo_code_id
with

source as (

    {{ raw_table('events__promo_codes', {
        'event_id': 'string',
        'id': 'string',
        'name': 'string',
        'description': 'string',
        'status': 'string',
        'discount_code_type': 'string',
        'discount_code_scope': 'string',
        'discount_amount': 'float',
        'discount_percent': 'integer',
        'quantity_total': 'integer',
        'quantity_available': 'integer',
        'quantity_used': 'integer',
        'paused_flag': 'boolean',
        'time_limit_flag': 'boolean',
        'start_time': 'timestamp',
        'end_time': 'timestamp',
        'items': 'string',
        'tickets': 'string',
        'status_labels': 'string',
        'deleted_time': 'timestamp',
    }) }}

),

final as (

    select
        event_id,
        id as promo_code_id,
        name as promo_code,
        description,
        status as promo_code_status,
        discount_code_type,
        discount_code_scope,
        discount_amount,
        discount_percent,
        quantity_total,
        quantity_available,
        quantity_used,
        paused_flag,
        time_limit_flag,
        start_time as starts_at,
        end_time as ends_at,
        items,
        tickets,
        status_labels,
        deleted_time as deleted_at
    from source

)

select * from final
