-- one row per campaign_activity_id, scheduled_at
with

source as (

    {{ raw_table('email_schedules', {
        'campaign_activity_id': 'string',
        'version_read': 'string',
        'scheduled_date': 'timestamp',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        campaign_activity_id,
        version_read,
        scheduled_date as scheduled_at,
        deleted_at
    from source

)

select * from final
