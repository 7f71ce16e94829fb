-- one row per automation_id
with

source as (

    {{ raw_table('automations', {
        'id': 'string',
        'name': 'string',
        'description': 'string',
        'status': 'string',
        'active_state': 'string',
        'draft_state': 'string',
        'structured_tags': 'string',
        'template_id': 'string',
        'created_by_id': 'string',
        'promoted_by_id': 'string',
        'created_date': 'timestamp',
        'promoted_date': 'timestamp',
        'update_date': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        id as automation_id,
        name as automation_name,
        description,
        status as automation_status,
        active_state,
        draft_state,
        structured_tags,
        template_id,
        created_by_id,
        promoted_by_id,
        created_date as created_at,
        promoted_date as promoted_at,
        update_date as updated_at,
        deleted_at
    from source

)

select * from final
