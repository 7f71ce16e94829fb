-- one row per profile_id: to which social profiles posts can be made, and what is wrong with the others
with

profiles as (

    select * from {{ ref('stg_social_profiles') }}

),

connections as (

    select * from {{ ref('stg_social_connections') }}

),

joined as (

    select
        profiles.*,
        connections.is_token_valid,
        connections.has_scopes,
        connections.is_rate_limited,
        connections.network_error,
        case
            when profiles.deleted_at is not null then 'gone'
            when not coalesce(profiles.is_connected, false) then 'not_connected'
            when connections.deleted_at is not null or not connections.is_token_valid then 'login_expired'
            when not connections.has_scopes then 'rights_missing'
            when connections.is_rate_limited then 'rate_limited'
            when not coalesce(profiles.is_accessible, false) then 'not_accessible'
        end as trouble
    from profiles
    left join connections
        on
            profiles.user_network = connections.network
            and profiles.network_account_id = connections.network_account_id

),

final as (

    select
        {{ account_id() }} as account_id,
        profile_id,
        profile_name,
        profile_handle,
        network,
        profile_url,
        user_name,
        is_connected,
        is_accessible,
        is_token_valid,
        has_scopes as is_token_sufficient,
        is_rate_limited,
        network_error,
        trouble,
        trouble is null as is_ready,
        deleted_at
    from joined

)

select * from final
