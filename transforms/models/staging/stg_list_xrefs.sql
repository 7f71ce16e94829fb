-- one row per sequence_id
with

source as (

    {{ raw_table('list_xrefs', {
        'sequence_id': 'string',
        'list_id': 'string',
    }) }}

),

final as (

    select
        sequence_id as old_list_id,
        list_id
    from source

)

select * from final
