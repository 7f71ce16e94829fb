-- one row per event_id, registration_id and position
with

source as (

    {{ raw_table('event_registration_details__order_details', {
        'event_id': 'string',
        'registration_id': 'string',
        'position': 'integer',
        'name': 'string',
        'line_item_type': 'string',
        'amount': 'string',
        'amount_unformatted': 'float',
    }) }}

),

final as (

    select
        event_id,
        registration_id,
        position,
        name as line_name,
        line_item_type,
        amount as amount_as_shown,
        amount_unformatted as amount
    from source

)

select * from final
