-- one row per contact_id and position
with

source as (

    {{ raw_table('contacts__sms_channel_consents', {
        'contact_id': 'string',
        'sms_consent_permission': 'string',
        'consent_type': 'string',
        'advertised_frequency': 'string',
        'advertised_interval': 'string',
        'position': 'integer',
        'opt_in_date': 'timestamp',
        'opt_out_date': 'timestamp',
        'created_at': 'timestamp',
        'updated_at': 'timestamp',
    }) }}

),

final as (

    select
        contact_id,
        sms_consent_permission,
        consent_type,
        advertised_frequency,
        advertised_interval,
        position as consent_position,
        opt_in_date as opted_in_at,
        opt_out_date as opted_out_at,
        created_at,
        updated_at
    from source

)

select * from final
