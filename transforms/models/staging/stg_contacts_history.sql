-- one row per contact_id and valid_from
with

source as (

    {{ raw_table('contacts_history', {
        'contact_id': 'string',
        'email_address__address': 'string',
        'first_name': 'string',
        'last_name': 'string',
        'job_title': 'string',
        'company_name': 'string',
        'email_address__permission_to_send': 'string',
        'email_address__confirm_status': 'string',
        'email_address__opt_in_source': 'string',
        'email_address__opt_out_source': 'string',
        'email_address__opt_out_reason': 'string',
        'create_source': 'string',
        'update_source': 'string',
        'anniversary': 'string',
        'sms_channel__sms_channel_id': 'string',
        'sms_channel__sms_address': 'string',
        'sms_channel__dial_code': 'string',
        'sms_channel__country_code': 'string',
        'sms_channel__create_source': 'string',
        'sms_channel__update_source': 'string',
        'birthday_month': 'integer',
        'birthday_day': 'integer',
        'deleted_at': 'date',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
        'email_address__created_at': 'timestamp',
        'email_address__updated_at': 'timestamp',
        'email_address__opt_in_date': 'timestamp',
        'email_address__opt_out_date': 'timestamp',
        'valid_from': 'timestamp',
        'valid_to': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        email_address__address as email_address,
        first_name,
        last_name,
        job_title,
        company_name,
        email_address__permission_to_send as permission_to_send,
        email_address__confirm_status as confirm_status,
        email_address__opt_in_source as opt_in_source,
        email_address__opt_out_source as opt_out_source,
        email_address__opt_out_reason as opt_out_reason,
        create_source,
        update_source,
        anniversary,
        sms_channel__sms_channel_id as sms_channel_id,
        sms_channel__sms_address as sms_address,
        sms_channel__dial_code as sms_dial_code,
        sms_channel__country_code as sms_country_code,
        sms_channel__create_source as sms_create_source,
        sms_channel__update_source as sms_update_source,
        birthday_month,
        birthday_day,
        deleted_at as deleted_date,
        created_at,
        updated_at,
        email_address__created_at as email_address_created_at,
        email_address__updated_at as email_address_updated_at,
        email_address__opt_in_date as opted_in_at,
        email_address__opt_out_date as opted_out_at,
        valid_from,
        valid_to
    from source

)

select * from final
