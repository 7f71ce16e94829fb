-- one row per campaign_id
with

source as (

    {{ raw_table('email_campaign_summaries', {
        'campaign_id': 'string',
        'campaign_type': 'string',
        'unique_counts__sends': 'integer',
        'unique_counts__opens': 'integer',
        'unique_counts__clicks': 'integer',
        'unique_counts__forwards': 'integer',
        'unique_counts__optouts': 'integer',
        'unique_counts__abuse': 'integer',
        'unique_counts__bounces': 'integer',
        'unique_counts__not_opened': 'integer',
        'last_sent_date': 'timestamp',
    }) }}

),

final as (

    select
        campaign_id,
        campaign_type,
        unique_counts__sends as reported_sends,
        unique_counts__opens as reported_unique_opens,
        unique_counts__clicks as reported_unique_clicks,
        unique_counts__forwards as reported_forwards,
        unique_counts__optouts as reported_opt_outs,
        unique_counts__abuse as reported_abuse,
        unique_counts__bounces as reported_bounces,
        unique_counts__not_opened as reported_not_opened,
        last_sent_date as last_sent_at
    from source

)

select * from final
