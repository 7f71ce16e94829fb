-- one row per contact_id and valid_from: a contact as it was from one sync to another
with

contacts_history as (

    select * from {{ ref('stg_contacts_history') }}

),

addressed as (

    select
        contacts_history.*,
        {{ has_email() }} as has_email
    from contacts_history

),

stated as (

    select
        addressed.*,
        {{ consent_state() }} as consent_state
    from addressed

),

final as (

    select
        {{ account_id() }} as account_id,
        contact_id,
        {{ written('email_address') }} as email_address,
        {{ email_domain('email_address') }} as email_domain,
        first_name,
        last_name,
        company_name,
        consent_state,
        lag(consent_state) over (partition by contact_id order by valid_from) as previous_consent_state,
        opt_in_source,
        opt_out_source,
        opt_out_reason,
        cast(row_number() over (partition by contact_id order by valid_from) as bigint) as version_number,
        valid_to is null as is_current,
        deleted_date,
        opted_in_at,
        opted_out_at,
        valid_from,
        valid_to
    from stated

)

select * from final
