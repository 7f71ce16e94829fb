-- one row per email_address, in lower case: whose it is. Of contacts with the same one, the one that is not deleted, else the newest
with

contacts as (

    select * from {{ ref('stg_contacts') }}

),

ranked as (

    select
        contact_id,
        lower(trim(email_address)) as email_address,
        row_number() over (
            partition by lower(trim(email_address))
            order by
                case when deleted_date is null then 0 else 1 end,
                {{ nulls_last('created_at', 'desc') }},
                contact_id
        ) as place
    from contacts
    where email_address is not null

),

final as (

    select
        email_address,
        contact_id
    from ranked
    where place = 1

)

select * from final
