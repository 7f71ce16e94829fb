-- one row per segment_id, contact_id and read_on
with

source as (

    {{ raw_table('segment_members', {
        'segment_id': 'string',
        'contact_id': 'string',
        'read_on': 'timestamp',
        'version_read': 'string',
    }) }}

),

final as (

    select
        segment_id,
        contact_id,
        version_read,
        read_on
    from source

)

select * from final
