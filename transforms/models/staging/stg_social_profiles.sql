-- one row per profile_id
with

source as (

    {{ raw_table('social_profiles', {
        'profile_id': 'string',
        'name': 'string',
        'handle': 'string',
        'network': 'string',
        'network_profile_id': 'string',
        'network_user_id': 'string',
        'url': 'string',
        'image_url': 'string',
        'account_info__network': 'string',
        'account_info__network_account_id': 'string',
        'account_info__username': 'string',
        'account_info__display_name': 'string',
        'account_info__account_url': 'string',
        'account_info__image_url': 'string',
        'settings': 'string',
        'connected': 'boolean',
        'accessible': 'boolean',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        profile_id,
        name as profile_name,
        handle as profile_handle,
        network,
        network_profile_id,
        network_user_id,
        url as profile_url,
        image_url,
        account_info__network as user_network,
        account_info__network_account_id as network_account_id,
        account_info__username as user_name,
        account_info__display_name as user_display_name,
        account_info__account_url as user_url,
        account_info__image_url as user_image_url,
        settings as network_settings,
        connected as is_connected,
        accessible as is_accessible,
        deleted_at
    from source

)

select * from final
