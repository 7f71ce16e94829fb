-- one row per list_id: how the mails that were sent to it did; a mail to several lists counts for each of them as a whole
with

contact_lists as (

    select * from {{ ref('stg_contact_lists') }}
    where coalesce(channel_type, 'email') = 'email'

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

lists_of_mails as (

    select * from {{ ref('stg_email_campaign_activities__contact_lists') }}

),

targeted as (

    select
        contact_lists.list_id,
        campaign_activities.campaign_activity_id,
        campaign_activities.is_wholly_loaded,
        campaign_activities.sends,
        campaign_activities.deliveries,
        campaign_activities.deliveries_opened,
        campaign_activities.deliveries_clicked,
        campaign_activities.deliveries_opted_out,
        campaign_activities.last_sent_at
    from contact_lists
    inner join lists_of_mails
        on contact_lists.list_id = lists_of_mails.list_id
    inner join campaign_activities
        on lists_of_mails.campaign_activity_id = campaign_activities.campaign_activity_id
    where campaign_activities.is_sent

),

mails_per_list as (

    select
        list_id,
        count(*) as campaign_activities,
        cast(sum(sends) as bigint) as sends,
        cast(sum(deliveries) as bigint) as deliveries,
{% for name in ['opened', 'clicked', 'opted_out'] %}
        cast(sum(deliveries_{{ name }}) as bigint) as deliveries_{{ name }},
        cast(sum(case when deliveries_{{ name }} is not null then deliveries end) as bigint) as known_{{ name }},
{% endfor %}
        {{ mails_not_wholly_loaded() }} as mails_not_wholly_loaded,
        max(last_sent_at) as last_sent_at
    from targeted
    group by list_id

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_lists.list_id,
        contact_lists.list_name,
        coalesce(mails_per_list.campaign_activities, 0) as campaign_activities,
        mails_per_list.sends,
        mails_per_list.deliveries,
        mails_per_list.deliveries_opened,
        mails_per_list.deliveries_clicked,
        mails_per_list.deliveries_opted_out,
        mails_per_list.mails_not_wholly_loaded,
        {{ rate('mails_per_list.deliveries_opened', 'mails_per_list.known_opened') }} as open_rate,
        {{ wilson('mails_per_list.deliveries_opened', 'mails_per_list.known_opened', '-') }} as open_rate_low,
        {{ wilson('mails_per_list.deliveries_opened', 'mails_per_list.known_opened', '+') }} as open_rate_high,
        {{ rate('mails_per_list.deliveries_clicked', 'mails_per_list.known_clicked') }} as click_rate,
        {{ wilson('mails_per_list.deliveries_clicked', 'mails_per_list.known_clicked', '-') }} as click_rate_low,
        {{ wilson('mails_per_list.deliveries_clicked', 'mails_per_list.known_clicked', '+') }} as click_rate_high,
        {{ rate('mails_per_list.deliveries_opted_out', 'mails_per_list.known_opted_out') }} as opt_out_rate,
        mails_per_list.last_sent_at
    from contact_lists
    left join mails_per_list
        on contact_lists.list_id = mails_per_list.list_id

)

select * from final
