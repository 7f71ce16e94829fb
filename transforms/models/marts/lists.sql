-- one row per list_id
with

contact_lists as (

    select * from {{ ref('stg_contact_lists') }}

),

list_memberships as (

    select * from {{ ref('stg_contacts__list_memberships') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

members_per_list as (

    select
        list_memberships.list_id,
        count(*) as members,
        {{ count_where('contacts.is_mailable') }} as mailable_members,
        {{ count_where("contacts.consent_state = 'unsubscribed'") }} as unsubscribed_members,
        {{ count_where("contacts.recency_tier = 'active'") }} as active_members,
        {{ count_where('contacts.is_at_risk') }} as at_risk_members,
        {{ count_where('contacts.is_dormant') }} as dormant_members,
        cast(sum(contacts.lifetime_sends) as bigint) as member_sends,
        cast(sum(contacts.mails_opened) as bigint) as member_mails_opened,
        cast(sum(contacts.mails_clicked) as bigint) as member_mails_clicked,
        {{ sends_not_wholly_loaded('contacts.mails_not_wholly_loaded') }} as sends_not_wholly_loaded
    from list_memberships
    left join contacts
        on list_memberships.contact_id = contacts.contact_id
    where not coalesce(contacts.is_deleted, false)
    group by list_memberships.list_id

),

counted as (

    select
        contact_lists.*,
{% for name in ['members', 'mailable_members', 'unsubscribed_members'] %}
        case
            when coalesce(channel_type, 'email') = 'email' and {{ is_loaded('contacts__list_memberships') }}
                then coalesce(members_per_list.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
{% for name in ['active_members', 'at_risk_members', 'dormant_members'] %}
        case
            when
                coalesce(channel_type, 'email') = 'email'
                and {{ is_loaded('contacts__list_memberships') }}
                and {{ is_tier_known() }}
                then coalesce(members_per_list.{{ name }}, 0)
        end as {{ name }},
{% endfor %}
        members_per_list.member_sends,
        members_per_list.member_mails_opened,
        members_per_list.member_mails_clicked,
        members_per_list.sends_not_wholly_loaded
    from contact_lists
    left join members_per_list
        on contact_lists.list_id = members_per_list.list_id

),

final as (

    select
        {{ account_id() }} as account_id,
        list_id,
        list_name,
        description,
        coalesce(channel_type, 'email') as channel_type,
        members,
        mailable_members,
        unsubscribed_members,
        active_members,
        at_risk_members,
        dormant_members,
        reported_members,
        sends_not_wholly_loaded,
        {{ rate('mailable_members', 'members') }} as mailable_share,
        {{ rate('active_members', 'members') }} as active_share,
        {{ rate_with_interval('member_open_rate', 'member_mails_opened', 'member_sends') }},
        {{ rate_with_interval('member_click_rate', 'member_mails_clicked', 'member_sends') }},
        is_favorite,
        deleted_at is not null as is_deleted,
        created_at,
        updated_at,
        deleted_at
    from counted

)

select * from final
