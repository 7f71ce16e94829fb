-- one row per opt-out
with

source as (

    {{ raw_table('email_optouts', {
        'campaign_activity_id': 'string',
        'contact_id': 'string',
        'email_address': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'tracking_activity_type': 'string',
        'opt_out_reason': 'string',
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
        opt_out_reason,
        occurrence,
        deleted_at as contact_deleted_date,
        created_time as occurred_at,
        _dlt_load_id as load_id
    from source

)

select * from final
