-- one row per custom_field_id and choice_id
with

source as (

    {{ raw_table('custom_fields__choices', {
        'custom_field_id': 'string',
        'choice_id': 'string',
        'choice_label': 'string',
        'display_order': 'integer',
        'deleted_at': 'date',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        custom_field_id,
        choice_id,
        choice_label,
        display_order,
        deleted_at as deleted_date,
        created_at,
        updated_at
    from source

)

select * from final
