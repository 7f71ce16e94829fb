-- one row per network and network_account_id
with

source as (

    {{ raw_table('social_connections', {
        'account_info__network': 'string',
        'account_info__network_account_id': 'string',
        'account_info__username': 'string',
        'account_info__display_name': 'string',
        'account_info__account_url': 'string',
        'account_info__image_url': 'string',
        'connection_status__error': 'string',
        'connection_status__status': 'integer',
        'connection_status__has_token': 'boolean',
        'connection_status__token_is_valid': 'boolean',
        'connection_status__token_has_scopes': 'boolean',
        'connection_status__is_active_user': 'boolean',
        'connection_status__rate_limited': 'boolean',
        'deleted_at': 'timestamp',
    }) }}

),

final as (

    select
        account_info__network as network,
        account_info__network_account_id as network_account_id,
        account_info__username as user_name,
        account_info__display_name as user_display_name,
        account_info__account_url as user_url,
        account_info__image_url as user_image_url,
        connection_status__error as network_error,
        connection_status__status as network_status,
        connection_status__has_token as has_token,
        connection_status__token_is_valid as is_token_valid,
        connection_status__token_has_scopes as has_scopes,
        connection_status__is_active_user as is_active_user,
        connection_status__rate_limited as is_rate_limited,
        deleted_at
    from source

)

select * from final
