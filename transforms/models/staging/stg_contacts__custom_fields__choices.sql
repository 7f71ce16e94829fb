-- one row per contact_id, custom_field_id, choice_id
with

source as (

    {{ raw_table('contacts__custom_fields__choices', {
        'contact_id': 'string',
        'custom_field_id': 'string',
        'choice_id': 'string',
    }) }}

),

final as (

    select
        contact_id,
        custom_field_id,
        choice_id
    from source

)

select * from final
