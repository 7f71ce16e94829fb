-- one row per activity_id: jobs on many contacts
with

jobs as (

    select * from {{ here(ref('bulk_jobs')) }}

),

final as (

    select
        activity_id,
        job_kind as activity_kind,
        upper(job_state) as activity_status,
        source_file_name as file_name,
        items_total as transaction_count,
        errors as error_count,
        activity_errors,
        created_at,
        started_at,
        completed_at
    from jobs

)

select * from final
