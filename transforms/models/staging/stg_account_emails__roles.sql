-- one row per email_id, role
with

source as (

    {{ raw_table('account_emails__roles', {
        'email_id': 'string',
        'role': 'string',
    }) }}

),

final as (

    select
        email_id,
        role
    from source

)

select * from final
