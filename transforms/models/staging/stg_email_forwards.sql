-- one row per forward
with

source as (

    {{ raw_table('email_forwards', {
        'campaign_activity_id': 'string',
        'contact_id': 'string',
        'email_address': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'tracking_activity_type': 'string',
        'occurrence': 'integer',
        'deleted_at': 'date',
        'created_time': 'timestamp',
        '_dlt_load_id': 'string',
    }) }}

),

final as (

    select
        campaign_activity_id,
        contact_id,
        email_address,
        first_name,
        last_name,
        tracking_activity_type,
        occurrence,
        deleted_at as contact_deleted_date,
        created_time as occurred_at,
        _dlt_load_id as load_id
    from source

)

select * from final
