-- one row per contact_id and custom_field_id
with

source as (

    {{ raw_table('contacts__custom_fields', {
        'contact_id': 'string',
        'custom_field_id': 'string',
        'value': 'string',
        'choice_ids': 'string',
    }) }}

),

final as (

    select
        contact_id,
        custom_field_id,
        value as field_value,
        choice_ids
    from source

)

select * from final
