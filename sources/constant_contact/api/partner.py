"""A partner's login: client credentials, without a person and without anything to keep.

The token lives for an hour and is asked for anew by each process; each request carries the partner's API key beside it.
Sources: contract (securityDefinitions ctctPartnerAuthorizer and api_key), and for the token api_guide, partner
authentication: Basic with the partner's id and secret, scope v3api/general.partner.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.api.wire import Request

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection

SCOPE: Final = "v3api/general.partner"
KEY_HEADER: Final = "x-api-key"


def check_partner(connection: Connection) -> None:
    """Raises ConfigError for the first of the three values that is missing."""
    for name, what in (
        ("client_id", "the id of the partner's application"),
        ("client_secret", "the secret of the partner's application"),
        ("api_key", "the partner's API key"),
    ):
        if getattr(connection, name) is None:
            raise ConfigError(f"{name} is not set; with login = partner, set it to {what}")


def token_request(connection: Connection) -> Request:
    check_partner(connection)
    assert connection.client_id is not None
    assert connection.client_secret is not None
    return Request(
        url=connection.token_url,
        form={"grant_type": "client_credentials", "scope": SCOPE},
        basic=(connection.client_id, connection.client_secret),
    )


def partner_id(connection: Connection) -> str:
    """What stands for the partner where an account has its id, as the API shows none of its own."""
    return f"partner-{hashlib.sha256((connection.client_id or '').encode()).hexdigest()[:12]}"


def headers(connection: Connection) -> dict[str, str]:
    """Beside the token."""
    if connection.login != "partner" or connection.api_key is None:
        return {}
    return {KEY_HEADER: connection.api_key}
