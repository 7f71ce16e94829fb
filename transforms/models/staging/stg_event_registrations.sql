-- one row per event_id and registration_id
with

source as (

    {{ raw_table('event_registrations', {
        'event_id': 'string',
        'registration_id': 'string',
        'track_id': 'string',
        'track_key': 'string',
        'registration_time': 'timestamp',
        'registration_status': 'string',
        'payment_status': 'string',
        'email_address': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'new_contact': 'boolean',
        'tickets': 'integer',
        'total': 'float',
        'checkin_status': 'string',
        'checked_in_tickets': 'integer',
        'eligible_checkin_tickets': 'integer',
        'version_read': 'string',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        event_id,
        registration_id,
        track_id,
        track_key,
        registration_time as registered_at,
        registration_status,
        payment_status,
        email_address,
        first_name,
        last_name,
        new_contact,
        tickets,
        total as total_amount,
        checkin_status,
        checked_in_tickets,
        eligible_checkin_tickets,
        version_read,
        deleted_at
    from source

)

select * from final
