"""Social networks: profiles that posts go to, connections behind them, groups of hashtags.

Source: contract, definitions ProfileDto, ConnectionDto, AccountInfoDto and HashtagGroupDto.
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import Table, bigint, flag, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

_NETWORK = text("account_info__network", "social network of the connected user")
_NETWORK_USER = text("account_info__network_account_id", "id of the connected user on that network")
_USER = (
    text("account_info__username", "user name of the connected user on the network"),
    text("account_info__display_name", "name of the connected user as the network shows it"),
    text("account_info__account_url", "page of the connected user on the network"),
    text("account_info__image_url", "picture of the connected user"),
)
_GONE = timestamp("deleted_at", VANISHED, added=True)

SOCIAL_PROFILES = Endpoint(
    path="/social/profiles",
    params=(("include", "accessible"),),
    shape="array",
    scope="campaign_data",
    privilege="campaign:read",
    reads="full",
    soft_deletes=True,
    table=Table(
        name="social_profiles",
        grain="one row per social profile",
        key=("profile_id",),
        columns=(
            text("profile_id", "id of the profile"),
            text("name", "name of the profile as people see it"),
            text("handle", "handle of the profile on its network, where there is one"),
            text("network", "social network of the profile"),
            text("network_profile_id", "id of the profile on its network"),
            text("network_user_id", "id on its network of the user who owns the profile"),
            text("url", "page of the profile on its network"),
            text("image_url", "picture of the profile"),
            flag("connected", "whether posts can be made for it"),
            flag("accessible", "whether the network lets posts through at the moment of reading"),
            _NETWORK,
            _NETWORK_USER,
            *_USER,
            json("settings", "settings of the network for this profile: a JSON object"),
            _GONE,
        ),
    ),
)

SOCIAL_CONNECTIONS = Endpoint(
    path="/social/connections",
    rows_key="connections",
    scope="campaign_data",
    privilege="campaign:read",
    reads="full",
    soft_deletes=True,
    table=Table(
        name="social_connections",
        grain="one row per network and connected user",
        key=("account_info__network", "account_info__network_account_id"),
        columns=(
            _NETWORK,
            _NETWORK_USER,
            *_USER,
            flag("connection_status__has_token", "whether there is a token for this user"),
            flag("connection_status__token_is_valid", "whether the token can be used"),
            flag("connection_status__token_has_scopes", "whether the token allows what posting needs"),
            flag("connection_status__is_active_user", "whether a profile of this user is connected"),
            flag("connection_status__rate_limited", "whether the network takes no more requests for now"),
            bigint("connection_status__status", "HTTP status of the network's answer about this user"),
            text("connection_status__error", "what the network answered instead, where it failed"),
            _GONE,
        ),
    ),
)

SOCIAL_HASHTAG_GROUPS = Endpoint(
    path="/social/hashtags/groups",
    rows_key="hashtag_groups",
    page_size=5,
    paged=True,
    scope="campaign_data",
    privilege="campaign:read",
    reads="full",
    soft_deletes=True,
    table=Table(
        name="social_hashtag_groups",
        grain="one row per group of hashtags",
        key=("hashtag_group_id",),
        columns=(
            text("hashtag_group_id", "id of the group"),
            text("hashtag_group_name", "name of the group"),
            json("hashtag_names", "its hashtags: a JSON array of texts"),
            _GONE,
        ),
    ),
)

ENDPOINTS = (SOCIAL_PROFILES, SOCIAL_CONNECTIONS, SOCIAL_HASHTAG_GROUPS)
