-- one row per campaign_id
with

source as (

    {{ raw_table('sms_campaign_summaries', {
        'campaign_id': 'string',
        'campaign_name': 'string',
        'campaign_type': 'string',
        'unique_counts__sends': 'integer',
        'unique_counts__delivers': 'integer',
        'unique_counts__opens': 'integer',
        'unique_counts__clicks': 'integer',
        'unique_counts__optouts': 'integer',
        'last_sent_date': 'timestamp',
    }) }}

),

final as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        unique_counts__sends as sends,
        unique_counts__delivers as deliveries,
        unique_counts__opens as contacts_opened,
        unique_counts__clicks as contacts_clicked,
        unique_counts__optouts as contacts_opted_out,
        last_sent_date as last_sent_at
    from source

)

select * from final
