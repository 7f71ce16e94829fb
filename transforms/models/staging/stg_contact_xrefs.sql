-- one row per sequence_id
with

source as (

    {{ raw_table('contact_xrefs', {
        'sequence_id': 'string',
        'contact_id': 'string',
    }) }}

),

final as (

    select
        sequence_id as old_contact_id,
        contact_id
    from source

)

select * from final
