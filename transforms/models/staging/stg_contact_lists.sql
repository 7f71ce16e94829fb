-- one row per list_id
with

source as (

    {{ raw_table('contact_lists', {
        'list_id': 'string',
        'name': 'string',
        'description': 'string',
        'channel_type': 'string',
        'membership_count': 'integer',
        'favorite': 'boolean',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        list_id,
        name as list_name,
        description,
        channel_type,
        membership_count as reported_members,
        favorite as is_favorite,
        created_at,
        updated_at,
        deleted_at
    from source

)

select * from final
