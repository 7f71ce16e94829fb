-- one row per event_id, registration_id and position
with

source as (

    {{ raw_table('event_registration_details__answers', {
        'event_id': 'string',
        'registration_id': 'string',
        'position': 'integer',
        'field_name': 'string',
        'field_label': 'string',
        'field_type': 'string',
        'field_value': 'string',
        'label_key': 'string',
        'display_order': 'integer',
        'choices': 'string',
    }) }}

),

final as (

    select
        event_id,
        registration_id,
        position,
        field_name,
        field_label,
        field_type,
        field_value,
        label_key,
        display_order,
        choices
    from source

)

select * from final
