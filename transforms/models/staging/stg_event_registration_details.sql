-- one row per event_id and registration_id
with

source as (

    {{ raw_table('event_registration_details', {
        'event_id': 'string',
        'registration_id': 'string',
        'contact_id': 'string',
        'registration_date': 'timestamp',
        'registration_status': 'string',
        'checkin_status': 'string',
        'checked_in_tickets': 'integer',
        'eligible_checkin_tickets': 'integer',
        'display_physical_tickets': 'boolean',
        'answers': 'string',
        'tickets': 'string',
        'order_summary__details': 'string',
        'order_summary__number': 'string',
        'order_summary__title': 'string',
        'order_summary__payment_method': 'string',
        'order_summary__payment_status': 'string',
        'order_summary__payment_time': 'timestamp',
        'order_summary__payment_transaction_id': 'string',
        'order_summary__tickets_link': 'string',
        'order_summary__tickets_text': 'string',
        'version_read': 'string',
    }) }}

),

final as (

    select
        event_id,
        registration_id,
        contact_id,
        registration_date as registered_at,
        registration_status,
        checkin_status,
        checked_in_tickets,
        eligible_checkin_tickets,
        display_physical_tickets,
        answers,
        tickets,
        order_summary__details as order_details,
        order_summary__number as order_number,
        order_summary__title as order_title,
        order_summary__payment_method as order_payment_method,
        order_summary__payment_status as order_payment_status,
        order_summary__payment_time as order_payment_at,
        order_summary__payment_transaction_id as order_payment_transaction_id,
        order_summary__tickets_link as order_tickets_link,
        order_summary__tickets_text as order_tickets_text,
        version_read
    from source

)

select * from final
