-- one row per custom_field_id
with

source as (

    {{ raw_table('custom_fields', {
        'custom_field_id': 'string',
        'name': 'string',
        'label': 'string',
        'type': 'string',
        'metadata__display_type': 'string',
        'metadata__currency_code': 'string',
        'metadata__display_format': 'string',
        'version': 'integer',
        'metadata__decimal_places': 'integer',
        'metadata__allow_negative': 'boolean',
        'metadata__integer': 'boolean',
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
        metadata__display_type as display_type,
        metadata__currency_code as currency_code,
        metadata__display_format as display_format,
        version as field_version,
        metadata__decimal_places as decimal_places,
        metadata__allow_negative as allows_negative,
        metadata__integer as is_whole_number,
        created_at,
        updated_at,
        deleted_at
    from source

)

select * from final
