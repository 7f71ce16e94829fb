-- one row per campaign_id and last_refresh_time: a history
with

source as (

    {{ raw_table('email_campaign_stats', {
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
        'percents__open': 'float',
        'percents__click': 'float',
        'percents__bounce': 'float',
        'percents__unsubscribe': 'float',
        'percents__did_not_open': 'float',
        'percents__desktop_open': 'float',
        'percents__mobile_open': 'float',
        'percents__desktop_click': 'float',
        'percents__mobile_click': 'float',
        'last_refresh_time': 'timestamp',
    }) }}

),

final as (

    select
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
        percents__open as reported_open_percent,
        percents__click as reported_click_percent,
        percents__bounce as reported_bounce_percent,
        percents__unsubscribe as reported_unsubscribe_percent,
        percents__did_not_open as reported_did_not_open_percent,
        percents__desktop_open as reported_desktop_open_percent,
        percents__mobile_open as reported_mobile_open_percent,
        percents__desktop_click as reported_desktop_click_percent,
        percents__mobile_click as reported_mobile_click_percent,
        last_refresh_time as stats_refreshed_at
    from source

)

select * from final
