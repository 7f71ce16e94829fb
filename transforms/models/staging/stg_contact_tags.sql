-- one row per tag_id
with

source as (

    {{ raw_table('contact_tags', {
        'tag_id': 'string',
        'name': 'string',
        'tag_source': 'string',
        'contacts_count': 'integer',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        tag_id,
        name as tag_name,
        tag_source,
        contacts_count as reported_contacts,
        created_at,
        updated_at,
        deleted_at
    from source

)

select * from final
