-- one row per campaign_activity_id and url_id
with

source as (

    {{ raw_table('email_links', {
        'campaign_activity_id': 'string',
        'url_id': 'string',
        'link_url': 'string',
        'link_tag': 'string',
        'list_action': 'string',
        'list_id': 'string',
        'unique_clicks': 'integer',
    }) }}

),

final as (

    select
        campaign_activity_id,
        url_id,
        link_url,
        link_tag,
        list_action,
        list_id,
        unique_clicks as reported_unique_clicks
    from source

)

select * from final
