-- Which imports and other jobs failed or left contacts out?
-- persons_not_added had unsubscribed before and stay so. Jobs older than ten days are those that a run saw in time.
select created_at, job_kind, source_file_name, job_state, persons, errors, correctable_errors, persons_not_added, activity_errors
from {{ ref('bulk_jobs') }}
where
    is_failed
    or coalesce(errors, 0) + coalesce(persons_not_added, 0) > 0
order by
    created_at desc nulls last,
    activity_id
