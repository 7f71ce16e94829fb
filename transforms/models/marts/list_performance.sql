-- one row per list_id: how the mails that were sent to it did; a mail to several lists counts for each of them as a whole
with

contact_lists as (

    select * from {{ ref('stg_contact_lists') }}
    where coalesce(channel_type, 'email') = 'email'

),

campaign_activities as (

    select * from {{ ref('campaign_activities') }}

),

-- the lists of a mail are kept as a JSON array such as ["a","b"]
targeted as (

    select
        contact_lists.list_id,
        campaign_activities.sends,
        campaign_activities.deliveries,
        campaign_activities.deliveries_opened,
        campaign_activities.deliveries_clicked,
        campaign_activities.deliveries_opted_out,
        campaign_activities.last_sent_at
    from contact_lists
    inner join campaign_activities
        on
            campaign_activities.is_sent
            and {{ json_array_holds('campaign_activities.contact_list_ids', 'contact_lists.list_id') }}

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
