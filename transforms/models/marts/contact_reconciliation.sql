-- one row per kind of contact that the API counts: the contacts loaded here against its newest counts
{% set kinds = {
    'all': ['not is_deleted', 'contacts'],
    'explicit': ["consent_state = 'subscribed' and permission_to_send = 'explicit'", 'explicit_contacts'],
    'implicit': ["consent_state = 'subscribed' and permission_to_send = 'implicit'", 'implicit_contacts'],
    'pending': ["consent_state = 'pending'", 'pending_contacts'],
    'unsubscribed': ["consent_state = 'unsubscribed'", 'unsubscribed_contacts'],
    'other': [
        "consent_state not in ('deleted', 'subscribed', 'pending', 'unsubscribed')",
        'contacts - explicit_contacts - implicit_contacts - pending_contacts - unsubscribed_contacts',
    ],
} %}
with

contacts as (

    select * from {{ ref('contacts') }}

),

contact_counts as (

    select * from {{ ref('stg_contact_counts') }}

),

numbered as (

    select
        contact_counts.*,
        row_number() over (order by counted_date desc) as age
    from contact_counts

),

reported as (

    select *
    from numbered
    where age = 1

),

loaded as (

    select
{% for kind, parts in kinds.items() %}
        {{ count_where(parts[0]) }} as loaded_{{ kind }}{{ ',' if not loop.last }}
{% endfor %}
    from contacts

),

compared as (
{% for kind, parts in kinds.items() %}
    select
        cast('{{ kind }}' as {{ dbt.type_string() }}) as contact_kind,
        loaded.loaded_{{ kind }} as loaded_count,
        {{ parts[1] }} as reported_count,
        reported.counted_date
    from reported
    cross join loaded
{% if not loop.last %}
    union all
{% endif %}
{% endfor %}

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_kind,
        loaded_count,
        reported_count,
        loaded_count - reported_count as difference,
        coalesce(loaded_count = reported_count, false) as is_equal,
        counted_date
    from compared

)

select * from final
