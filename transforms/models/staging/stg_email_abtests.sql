-- one row per campaign_activity_id
with

source as (

    {{ raw_table('email_abtests', {
        'campaign_activity_id': 'string',
        'alternative_subject': 'string',
        'test_size': 'integer',
        'winner_wait_duration': 'integer',
        'version_read': 'string',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        campaign_activity_id,
        alternative_subject,
        test_size,
        winner_wait_duration,
        version_read,
        deleted_at
    from source

)

select * from final
