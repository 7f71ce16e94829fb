-- one row per contact_key
with

source as (

    {{ raw_table('contact_export', {
        'contact_key': 'string',
        'contact_id': 'string',
        'email_address': 'string',
        'difference': 'string',
        'activity_id': 'string',
        'exported_at': 'timestamp',
    }) }}

),

final as (

    select
        contact_key,
        contact_id,
        email_address,
        difference,
        activity_id,
        exported_at
    from source

)

select * from final
