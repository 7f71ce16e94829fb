-- one row per contact_id and sms_channel_history_id
with

source as (

    {{ raw_table('contacts_sms_engagement_history', {
        'contact_id': 'string',
        'sms_channel_history_id': 'string',
        'sms_channel_id': 'string',
        'insert_time': 'timestamp',
        'history_details__state': 'string',
        'history_details__source': 'string',
        'history_details__consent_type': 'string',
        'history_details__consent_action_time': 'timestamp',
        'history_details__consent_action_type': 'string',
        'history_details__consent_medium_type': 'string',
        'history_details__source_consent_timestamp': 'string',
        'history_details__source_sms_number': 'string',
        'history_details__advertised_frequency': 'integer',
        'history_details__advertised_interval': 'string',
        'version_read': 'string',
    }) }}

),

final as (

    select
        contact_id,
        sms_channel_history_id,
        sms_channel_id,
        history_details__state as state,
        history_details__source as source,
        history_details__consent_type as consent_type,
        history_details__consent_action_type as consent_action_type,
        history_details__consent_medium_type as consent_medium_type,
        history_details__source_consent_timestamp as source_consent_timestamp,
        history_details__source_sms_number as source_sms_number,
        history_details__advertised_interval as advertised_interval,
        history_details__advertised_frequency as advertised_frequency,
        history_details__consent_action_time as consent_acted_at,
        insert_time as inserted_at,
        version_read
    from source

)

select * from final
