-- one row per campaign_id
with

source as (

    {{ raw_table('email_campaigns', {
        'campaign_id': 'string',
        'name': 'string',
        'type': 'string',
        'current_status': 'string',
        'type_code': 'integer',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        campaign_id,
        name as campaign_name,
        type as campaign_type,
        current_status as campaign_status,
        type_code as campaign_type_code,
        created_at,
        updated_at
    from source

)

select * from final
