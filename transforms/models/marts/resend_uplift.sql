-- one row per resend activity: what the resend to non-openers added to its campaign
{% set added_opens %}
    case when resends.opens is not null and primary_mails.opens is not null then resend_recipients.added_opens end
{%- endset %}
{% set added_clicks %}
    case when resends.clicks is not null and primary_mails.clicks is not null then resend_recipients.added_clicks end
{%- endset %}
with

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

recipients as (

    select * from {{ ref('recipients') }}

),

primaries as (

    select
        campaign_id,
        min(campaign_activity_id) as campaign_activity_id
    from campaign_activities
    where
        activity_role = 'primary_email'
        and is_sent
    group by campaign_id

),

resends as (

    select *
    from campaign_activities
    where
        activity_role = 'resend'
        and is_sent

),

resend_recipients as (

    select
        resends.campaign_activity_id,
        {{ count_where('recipients.is_opened and not coalesce(first_mail.is_opened, false)') }} as added_opens,
        {{ count_where('recipients.is_clicked and not coalesce(first_mail.is_clicked, false)') }} as added_clicks
    from resends
    inner join primaries
        on resends.campaign_id = primaries.campaign_id
    inner join recipients
        on resends.campaign_activity_id = recipients.campaign_activity_id
    left join recipients as first_mail
        on
            primaries.campaign_activity_id = first_mail.campaign_activity_id
            and recipients.contact_id = first_mail.contact_id
    group by resends.campaign_activity_id

),

final as (

    select
        {{ account_id() }} as account_id,
        resends.campaign_activity_id,
        primaries.campaign_activity_id as primary_campaign_activity_id,
        resends.campaign_id,
        resends.campaign_name,
        primary_mails.subject as primary_subject,
        resends.subject as resend_subject,
        primary_mails.deliveries as primary_deliveries,
        primary_mails.unique_opens as primary_unique_opens,
        primary_mails.unique_clicks as primary_unique_clicks,
        resends.deliveries as resend_deliveries,
        resends.unique_opens as resend_unique_opens,
        {{ added_opens }} as added_opens,
        {{ added_clicks }} as added_clicks,
        resends.opt_outs as resend_opt_outs,
        primary_mails.open_rate as primary_open_rate,
        primary_mails.open_rate_low as primary_open_rate_low,
        primary_mails.open_rate_high as primary_open_rate_high,
        resends.open_rate as resend_open_rate,
        resends.open_rate_low as resend_open_rate_low,
        resends.open_rate_high as resend_open_rate_high,
        {{ rate(added_opens, 'primary_mails.unique_opens') }} as open_uplift,
        {{ rate(added_clicks, 'primary_mails.unique_clicks') }} as click_uplift,
        primary_mails.is_wholly_loaded and resends.is_wholly_loaded as is_wholly_loaded,
        primary_mails.first_sent_at as primary_sent_at,
        resends.first_sent_at as resent_at
    from resends
    inner join primaries
        on resends.campaign_id = primaries.campaign_id
    inner join campaign_activities as primary_mails
        on primaries.campaign_activity_id = primary_mails.campaign_activity_id
    left join resend_recipients
        on resends.campaign_activity_id = resend_recipients.campaign_activity_id

)

select * from final
