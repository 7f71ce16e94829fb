-- one row per activity_id of a job on many contacts: imports, exports, changes of lists and tags, and how they ended
with

jobs as (

    select * from {{ ref('stg_bulk_activities') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        activity_id,
        case
            when result_path is not null then 'export'
            when persons is not null then 'import'
            when lists is not null then 'list_change'
            else 'other'
        end as job_kind,
        source_file_name,
        lower(job_state) as job_state,
        percent_done,
        items_total,
        items_completed,
        persons,
        errors,
        correctable_errors,
        persons_not_added,
        lists,
        activity_errors,
        {{ rate('case when items_completed between 0 and items_total then items_completed end', 'items_total') }} as completed_share,
        {{ rate('case when errors between 0 and items_total then errors end', 'items_total') }} as error_share,
        cast({{ dbt.datediff('started_at', 'completed_at', 'second') }} as bigint) as seconds_taken,
        lower(job_state) in ('cancelled', 'failed', 'timed_out') as is_failed,
        {{ local_date('created_at') }} as created_date,
        created_at,
        started_at,
        completed_at,
        updated_at
    from jobs

)

select * from final
