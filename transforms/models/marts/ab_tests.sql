-- one row per campaign_activity_id with an A/B test of its subject line: both subjects, and the result of the mail as a whole
with

tests as (

    select
        stg_email_abtests.*,
        {{ possible_wait('winner_wait_duration', 'hour') }} as winner_wait_hours
    from {{ ref('stg_email_abtests') }} as stg_email_abtests

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        tests.campaign_activity_id,
        campaign_activities.campaign_id,
        campaign_activities.campaign_name,
        campaign_activities.activity_status,
        campaign_activities.subject as subject_a,
        tests.alternative_subject as subject_b,
        case when tests.test_size between 0 and 100 then {{ rate('tests.test_size', '100') }} end as test_share,
        tests.winner_wait_hours,
        campaign_activities.sends,
        campaign_activities.deliveries,
        campaign_activities.deliveries_opened,
        campaign_activities.deliveries_clicked,
        campaign_activities.open_rate,
        campaign_activities.open_rate_low,
        campaign_activities.open_rate_high,
        campaign_activities.human_open_rate,
        campaign_activities.click_rate,
        campaign_activities.click_rate_low,
        campaign_activities.click_rate_high,
        campaign_activities.opt_out_rate,
        coalesce(campaign_activities.is_sent, false) as is_sent,
        tests.deleted_at is not null as is_deleted,
        campaign_activities.is_wholly_loaded,
        campaign_activities.first_sent_at,
        {{ dbt.dateadd('hour', 'tests.winner_wait_hours', 'campaign_activities.first_sent_at') }} as winner_due_at,
        campaign_activities.last_sent_at
    from tests
    left join campaign_activities
        on tests.campaign_activity_id = campaign_activities.campaign_activity_id

)

select * from final
