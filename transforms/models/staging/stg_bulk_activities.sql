-- one row per activity_id
with

source as (

    {{ raw_table('bulk_activities', {
        'activity_id': 'string',
        'state': 'string',
        'source_file_name': 'string',
        'activity_errors': 'string',
        '_links__self__href': 'string',
        '_links__results__href': 'string',
        'percent_done': 'integer',
        'status__items_total_count': 'integer',
        'status__items_completed_count': 'integer',
        'status__person_count': 'integer',
        'status__error_count': 'integer',
        'status__correctable_count': 'integer',
        'status__cannot_add_to_list_count': 'integer',
        'status__list_count': 'integer',
        'created_at': 'timestamp',
        'started_at': 'timestamp',
        'completed_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        activity_id,
        state as job_state,
        source_file_name,
        activity_errors,
        _links__self__href as api_path,
        _links__results__href as result_path,
        percent_done,
        status__items_total_count as items_total,
        status__items_completed_count as items_completed,
        status__person_count as persons,
        status__error_count as errors,
        status__correctable_count as correctable_errors,
        status__cannot_add_to_list_count as persons_not_added,
        status__list_count as lists,
        created_at,
        started_at,
        completed_at,
        updated_at
    from source

)

select * from final
