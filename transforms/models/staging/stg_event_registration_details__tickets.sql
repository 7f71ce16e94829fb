-- one row per event_id, registration_id and position
with

source as (

    {{ raw_table('event_registration_details__tickets', {
        'event_id': 'string',
        'registration_id': 'string',
        'position': 'integer',
        'order_ticket_key': 'string',
        'ticket_name': 'string',
        'price': 'float',
        'checked_in_time': 'timestamp',
        'editable': 'boolean',
        'fields': 'string',
    }) }}

),

final as (

    select
        event_id,
        registration_id,
        position,
        order_ticket_key,
        ticket_name,
        price,
        checked_in_time as checked_in_at,
        editable as is_editable,
        fields
    from source

)

select * from final
