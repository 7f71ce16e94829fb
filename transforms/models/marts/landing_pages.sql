-- one row per landing page of which a feed is loaded: who opened it, clicked, signed up, changed their data, allowed SMS
{# feed -> name of its count of contacts #}
{% set feeds = {
    'opens': 'contacts_opened',
    'unique_opens': none,
    'clicks': 'contacts_clicked',
    'adds': 'contacts_added',
    'updates': 'contacts_updated',
    'sms_optins': 'contacts_allowed_sms',
} %}
with

touches as (
{% for feed in feeds %}
    select
        campaign_activity_id as landing_page_id,
        contact_id,
        cast('{{ feed }}' as {{ dbt.type_string() }}) as feed,
        occurred_at
    from {{ ref('stg_landing_page_' ~ feed) }}
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

-- whoever did something on the page was there, also where the opening itself is not loaded
visitors as (

    select
        landing_page_id,
        contact_id,
{% for feed in feeds %}
        max(case when feed = '{{ feed }}' then 1 else 0 end) as {{ feed }}{{ ',' if not loop.last }}
{% endfor %}
    from touches
    group by
        landing_page_id,
        contact_id

),

pages as (

    select
        landing_page_id,
        {{ count_where("feed = 'opens'") }} as opens,
        min(occurred_at) as first_visited_at,
        max(occurred_at) as last_visited_at
    from touches
    group by landing_page_id

),

visitors_per_page as (

    select
        landing_page_id,
        count(*) as visitors,
{% for feed in feeds %}
        {{ count_where(feed ~ ' = 1') }} as {{ feed }}{{ ',' if not loop.last }}
{% endfor %}
    from visitors
    group by landing_page_id

),

counted as (

    select
        pages.landing_page_id,
        case when {{ is_loaded('landing_page_opens') }} then pages.opens end as opens,
        visitors_per_page.visitors,
{% for feed, name in feeds.items() if name %}
        case when {{ is_loaded('landing_page_' ~ feed) }} then visitors_per_page.{{ feed }} end as {{ name }},
{% endfor %}
        pages.first_visited_at,
        pages.last_visited_at
    from pages
    inner join visitors_per_page
        on pages.landing_page_id = visitors_per_page.landing_page_id

),

final as (

    select
        {{ account_id() }} as account_id,
        landing_page_id,
        opens,
        visitors,
        contacts_opened,
        contacts_clicked,
        contacts_added,
        contacts_updated,
        contacts_allowed_sms,
        {{ rate_with_interval('click_rate', 'contacts_clicked', 'visitors') }},
        {{ rate('contacts_added', 'visitors') }} as sign_up_rate,
        {{ wilson('contacts_added', 'visitors', '-') }} as sign_up_rate_low,
        {{ wilson('contacts_added', 'visitors', '+') }} as sign_up_rate_high,
        {{ rate('contacts_allowed_sms', 'visitors') }} as sms_opt_in_rate,
        first_visited_at,
        last_visited_at
    from counted

)

select * from final
