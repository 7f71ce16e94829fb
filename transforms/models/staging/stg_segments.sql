-- one row per segment_id
with

source as (

    {{ raw_table('segments', {
        'segment_id': 'string',
        'name': 'string',
        'segment_criteria': 'string',
        'created_at': 'timestamp',
        'edited_at': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        segment_id,
        name as segment_name,
        segment_criteria,
        created_at,
        edited_at,
        deleted_at
    from source

)

select * from final
