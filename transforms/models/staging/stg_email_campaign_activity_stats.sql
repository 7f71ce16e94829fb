-- one row per campaign_activity_id and last_refresh_time: a history
with

source as (

    {{ raw_table('email_campaign_activity_stats', {
        'campaign_activity_id': 'string',
        'campaign_id': 'string',
        'stats__em_sends': 'integer',
        'stats__em_opens': 'integer',
        'stats__em_opens_all': 'integer',
        'stats__em_clicks': 'integer',
        'stats__em_clicks_all': 'integer',
        'stats__em_bounces': 'integer',
        'stats__em_optouts': 'integer',
        'stats__em_forwards': 'integer',
        'stats__em_not_opened': 'integer',
        'stats__em_abuse': 'integer',
        'stats__em_opens_all_computer': 'integer',
        'stats__em_opens_all_mobile': 'integer',
        'stats__em_opens_all_tablet': 'integer',
        'stats__em_opens_all_other': 'integer',
        'stats__em_opens_all_none': 'integer',
        'stats__em_clicks_all_computer': 'integer',
        'stats__em_clicks_all_mobile': 'integer',
        'stats__em_clicks_all_tablet': 'integer',
        'stats__em_clicks_all_other': 'integer',
        'stats__em_clicks_all_none': 'integer',
        'stats__em_bounces_blocked': 'integer',
        'stats__em_bounces_mailbox_full': 'integer',
        'stats__em_bounces_nonexistent_address': 'integer',
        'stats__em_bounces_other': 'integer',
        'stats__em_bounces_suspended': 'integer',
        'stats__em_bounces_undeliverable': 'integer',
        'stats__em_bounces_vacation': 'integer',
        'last_refresh_time': 'timestamp',
    }) }}

),

final as (

    select
        campaign_activity_id,
        campaign_id,
        stats__em_sends as reported_sends,
        stats__em_opens as reported_unique_opens,
        stats__em_opens_all as reported_opens,
        stats__em_clicks as reported_unique_clicks,
        stats__em_clicks_all as reported_clicks,
        stats__em_bounces as reported_bounces,
        stats__em_optouts as reported_opt_outs,
        stats__em_forwards as reported_forwards,
        stats__em_not_opened as reported_not_opened,
        stats__em_abuse as reported_abuse,
        stats__em_opens_all_computer as reported_opens_computer,
        stats__em_opens_all_mobile as reported_opens_mobile,
        stats__em_opens_all_tablet as reported_opens_tablet,
        stats__em_opens_all_other as reported_opens_other,
        stats__em_opens_all_none as reported_opens_none,
        stats__em_clicks_all_computer as reported_clicks_computer,
        stats__em_clicks_all_mobile as reported_clicks_mobile,
        stats__em_clicks_all_tablet as reported_clicks_tablet,
        stats__em_clicks_all_other as reported_clicks_other,
        stats__em_clicks_all_none as reported_clicks_none,
        stats__em_bounces_blocked as reported_bounces_blocked,
        stats__em_bounces_mailbox_full as reported_bounces_mailbox_full,
        stats__em_bounces_nonexistent_address as reported_bounces_nonexistent_address,
        stats__em_bounces_other as reported_bounces_other,
        stats__em_bounces_suspended as reported_bounces_suspended,
        stats__em_bounces_undeliverable as reported_bounces_undeliverable,
        stats__em_bounces_vacation as reported_bounces_vacation,
        last_refresh_time as stats_refreshed_at
    from source

)

select * from final
