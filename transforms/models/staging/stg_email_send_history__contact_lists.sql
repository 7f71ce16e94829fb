-- one row per campaign_activity_id, send_id, list_id
with

source as (

    {{ raw_table('email_send_history__contact_lists', {
        'campaign_activity_id': 'string',
        'send_id': 'string',
        'list_id': 'string',
    }) }}

),

final as (

    select
        campaign_activity_id,
        send_id,
        list_id
    from source

)

select * from final
