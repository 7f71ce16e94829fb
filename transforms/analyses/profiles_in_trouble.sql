-- Which social profiles cannot be posted to, and why?
-- login_expired and rights_missing: connect the user again in the account.
select network, profile_name, trouble, network_error, user_name
from {{ ref('social_profiles') }}
where trouble is not null
order by
    network,
    profile_name,
    profile_id
