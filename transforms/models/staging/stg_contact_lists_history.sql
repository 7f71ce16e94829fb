-- one row per list_id and valid_from
with

source as (

    {{ raw_table('contact_lists_history', {
        'list_id': 'string',
        'name': 'string',
        'description': 'string',
        'favorite': 'boolean',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
        'deleted_at': 'timestamp',
        'valid_from': 'timestamp',
        'valid_to': 'timestamp',
    }) }}

),

final as (

    select
        list_id,
        name as list_name,
        description,
        favorite as is_favorite,
        created_at,
        updated_at,
        deleted_at,
        valid_from,
        valid_to
    from source

)

select * from final
