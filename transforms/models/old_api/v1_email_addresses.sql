-- one row per email_address: addresses that the account may send from, and whether they are verified
with

addresses as (

    select * from {{ here(ref('stg_account_emails')) }}

),

final as (

    select
        email_address,
        min(email_id) as email_id,
        case when max(case when lower(confirm_status) = 'confirmed' then 1 else 0 end) = 1 then 'Verified' else 'Pending' end
            as address_status,
        max(confirmed_at) as verified_at
    from addresses
    where
        deleted_at is null
        and email_address is not null
    group by email_address

)

select * from final
