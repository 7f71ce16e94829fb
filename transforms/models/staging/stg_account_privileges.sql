-- one row per privilege_id
with

source as (

    {{ raw_table('account_privileges', {
        'privilege_id': 'string',
        'privilege_name': 'string',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        privilege_id,
        privilege_name,
        deleted_at
    from source

)

select * from final
