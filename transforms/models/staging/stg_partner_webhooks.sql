-- one row per topic_id
with

source as (

    {{ raw_table('partner_webhooks', {
        'topic_id': 'string',
        'topic_name': 'string',
        'topic_description': 'string',
        'hook_uri': 'string',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        topic_id,
        topic_name,
        topic_description,
        hook_uri,
        deleted_at
    from source

)

select * from final
