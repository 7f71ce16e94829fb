-- one row per campaign_activity_id
with

source as (

    {{ raw_table('email_previews', {
        'campaign_activity_id': 'string',
        'subject': 'string',
        'preheader': 'string',
        'from_name': 'string',
        'from_email': 'string',
        'reply_to_email': 'string',
        'preview_html_content': 'string',
        'preview_text_content': 'string',
        'version_read': 'string',
    }) }}

),

final as (

    select
        campaign_activity_id,
        subject,
        preheader,
        from_name,
        from_email,
        reply_to_email,
        preview_html_content,
        preview_text_content,
        version_read
    from source

)

select * from final
