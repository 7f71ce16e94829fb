-- one row per privilege_id
with

source as (

    {{ raw_table('account_privileges', {
        'privilege_id': 'string',
        'privilege_name': 'string',
    }) }}

),

final as (

    select
        privilege_id,
        privilege_name
    from source

)

select * from final
