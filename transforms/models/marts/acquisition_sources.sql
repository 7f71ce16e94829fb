-- one row per create_source and opt_in_source
with

contacts as (

    select * from {{ ref('contacts') }}

),

counted as (

    select
        coalesce({{ written('create_source') }}, 'not known') as create_source,
        coalesce({{ written('opt_in_source') }}, 'not known') as opt_in_source,
        count(*) as contacts,
        {{ count_where('is_mailable') }} as mailable_contacts,
        {{ count_where("consent_state = 'unsubscribed'") }} as unsubscribed_contacts,
        {{ count_where('is_deleted') }} as deleted_contacts,
        case when {{ is_tier_known() }} then {{ count_where("recency_tier = 'active'") }} end as active_contacts,
        case when {{ is_loaded('email_sends') }} then {{ count_where('lifetime_sends > 0') }} end as mailed_contacts,
        cast(sum(lifetime_sends) as bigint) as sends,
        cast(sum(mails_opened) as bigint) as mails_opened,
        cast(sum(mails_clicked) as bigint) as mails_clicked,
        {{ sends_not_wholly_loaded() }} as sends_not_wholly_loaded,
        min(created_at) as first_created_at,
        max(created_at) as last_created_at
    from contacts
    group by
        coalesce({{ written('create_source') }}, 'not known'),
        coalesce({{ written('opt_in_source') }}, 'not known')

),

final as (

    select
        {{ account_id() }} as account_id,
        create_source,
        opt_in_source,
        contacts,
        mailable_contacts,
        unsubscribed_contacts,
        deleted_contacts,
        active_contacts,
        mailed_contacts,
        sends_not_wholly_loaded,
        {{ rate('active_contacts', 'mailed_contacts') }} as active_share_of_mailed,
        {{ rate('unsubscribed_contacts', 'contacts') }} as unsubscribed_share,
        {{ rate_with_interval('lifetime_open_rate', 'mails_opened', 'sends') }},
        {{ rate_with_interval('lifetime_click_rate', 'mails_clicked', 'sends') }},
        first_created_at,
        last_created_at
    from counted

)

select * from final
