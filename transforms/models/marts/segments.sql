-- one row per segment_id: its rules and how the mails to it did (the API tells no stored members)
with

segments as (

    select * from {{ ref('stg_segments') }}

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

segments_of_mails as (

    select * from {{ ref('stg_email_campaign_activities__segments') }}

),

targeted as (

    select
        campaign_activities.*,
        segments_of_mails.segment_id
    from campaign_activities
    inner join segments_of_mails
        on campaign_activities.campaign_activity_id = segments_of_mails.campaign_activity_id
    where campaign_activities.is_sent

),

mails_per_segment as (

    select
        segment_id,
        count(*) as campaign_activities,
        cast(sum(sends) as bigint) as sends,
        cast(sum(deliveries) as bigint) as deliveries,
        cast(sum(unique_opens) as bigint) as unique_opens,
        cast(sum(deliveries_opened) as bigint) as deliveries_opened,
        cast(sum(case when deliveries_opened is not null then deliveries end) as bigint) as deliveries_with_opens,
        cast(sum(unique_clicks) as bigint) as unique_clicks,
        cast(sum(deliveries_clicked) as bigint) as deliveries_clicked,
        cast(sum(case when deliveries_clicked is not null then deliveries end) as bigint) as deliveries_with_clicks,
        cast(sum(deliveries_opted_out) as bigint) as deliveries_opted_out,
        cast(sum(case when deliveries_opted_out is not null then deliveries end) as bigint) as deliveries_with_opt_outs,
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded,
        max(last_sent_at) as last_sent_at
    from targeted
    group by segment_id

),

final as (

    select
        {{ account_id() }} as account_id,
        segments.segment_id,
        segments.segment_name,
        segments.segment_criteria,
        coalesce(mails_per_segment.campaign_activities, 0) as campaign_activities,
        mails_per_segment.sends,
        mails_per_segment.deliveries,
        mails_per_segment.unique_opens,
        mails_per_segment.unique_clicks,
        mails_per_segment.mails_not_wholly_loaded,
        {{ rate('mails_per_segment.deliveries_opened', 'mails_per_segment.deliveries_with_opens') }} as open_rate,
        {{ wilson('mails_per_segment.deliveries_opened', 'mails_per_segment.deliveries_with_opens', '-') }} as open_rate_low,
        {{ wilson('mails_per_segment.deliveries_opened', 'mails_per_segment.deliveries_with_opens', '+') }} as open_rate_high,
        {{ rate('mails_per_segment.deliveries_clicked', 'mails_per_segment.deliveries_with_clicks') }} as click_rate,
        {{ wilson('mails_per_segment.deliveries_clicked', 'mails_per_segment.deliveries_with_clicks', '-') }} as click_rate_low,
        {{ wilson('mails_per_segment.deliveries_clicked', 'mails_per_segment.deliveries_with_clicks', '+') }} as click_rate_high,
        {{ rate('mails_per_segment.deliveries_opted_out', 'mails_per_segment.deliveries_with_opt_outs') }} as opt_out_rate,
        segments.deleted_at is not null as is_deleted,
        segments.created_at,
        segments.edited_at,
        mails_per_segment.last_sent_at,
        segments.deleted_at
    from segments
    left join mails_per_segment
        on segments.segment_id = mails_per_segment.segment_id

)

select * from final
