-- one row per custom_field_id
with

source as (

    {{ raw_table('custom_fields', {
        'custom_field_id': 'string',
        'name': 'string',
        'label': 'string',
        'type': 'string',
        'version': 'integer',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        custom_field_id,
        name as field_name,
        label as field_label,
        type as field_type,
        version as field_version,
        created_at,
        updated_at,
        deleted_at
    from source

)

select * from final
