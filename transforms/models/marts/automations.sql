-- one row per automation_id: what runs, and since when
with

automations as (

    select * from {{ ref('stg_automations') }}

),

definitions as (

    select * from {{ ref('stg_automation_definitions') }}

),

joined as (

    select
        automations.*,
        definitions.active_definition,
        definitions.is_named_by_hand,
        automations.deleted_at is null and coalesce(lower(automations.automation_status), '') = 'active' as is_running
    from automations
    left join definitions
        on automations.automation_id = definitions.automation_id

),

final as (

    select
        {{ account_id() }} as account_id,
        automation_id,
        automation_name,
        description,
        structured_tags,
        lower(automation_status) as automation_status,
        lower(active_state) as active_state,
        lower(draft_state) as draft_state,
        created_by_id,
        promoted_by_id,
        case when is_running then active_definition end as running_definition,
        is_named_by_hand,
        is_running,
        case when is_running then coalesce(updated_at > promoted_at, false) end as is_changed_since_start,
        deleted_at is not null as is_deleted,
        case when is_running then {{ local_date('promoted_at') }} end as running_since_date,
        case when is_running then promoted_at end as running_since_at,
        created_at,
        promoted_at,
        updated_at,
        deleted_at
    from joined

)

select * from final
