-- one row per contact that was ever mailed: its engagement score today (recency, frequency, depth), human responses only
with

engagement_history as (

    select * from {{ ref('engagement_history') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

final as (

    select
        {{ account_id() }} as account_id,
        engagement_history.contact_id,
        contacts.email_address,
        contacts.consent_state,
        engagement_history.engagement_tier,
        engagement_history.previous_engagement_tier,
        engagement_history.engagement_score,
        engagement_history.recency_score,
        engagement_history.frequency_score,
        engagement_history.depth_score,
        engagement_history.days_since_human_engaged,
        engagement_history.sends_in_year,
        engagement_history.human_mails_opened_in_year,
        engagement_history.human_mails_clicked_in_year,
        contacts.is_mailable,
        engagement_history.as_of_date
    from engagement_history
    left join contacts
        on engagement_history.contact_id = contacts.contact_id
    where engagement_history.is_current

)

select * from final
