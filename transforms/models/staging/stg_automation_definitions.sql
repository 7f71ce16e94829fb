-- one row per automation_id
with

source as (

    {{ raw_table('automation_definitions', {
        'id': 'string',
        'name': 'string',
        'description': 'string',
        'status': 'string',
        'structured_tags': 'string',
        'active_definition': 'string',
        'draft_definition': 'string',
        'version_read': 'string',
        'name_explicitly_set': 'boolean',
    }) }}

),

final as (

    select
        id as automation_id,
        name as automation_name,
        description,
        status as automation_status,
        structured_tags,
        active_definition,
        draft_definition,
        version_read,
        name_explicitly_set as is_named_by_hand
    from source

)

select * from final
