"""What the login may read, asked for once and before anything else: a request that would be refused is not sent.

One request, whose answer is the whole resource `account_privileges`, so that nobody asks for it again; scopes are read
from the token, or from what the server said at login. What is not known is tried.
Source: contract, GET /account/user/privileges (no scope and no privilege needed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import ApiError, BadRequest, Retryable, RowsMissing, Skippable
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.permissions import Granted, as_granted, privilege_names
from sources.constant_contact.state.failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.api.paging import Page

PRIVILEGES = "account_privileges"
UNREADABLE = (Skippable, Retryable, BadRequest, RowsMissing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    granted: Granted = field(default_factory=Granted)
    answer: Page | ApiError | None = None
    """To the one request; None: it was not sent."""

    @property
    def failed(self) -> bool:
        """Whether the server did."""
        return isinstance(self.answer, Retryable)


def preflight(client: Client, state: Mapping[str, Any]) -> Preflight:
    """Nothing with a partner's login. Raises what says that no request can be answered, such as a spent quota."""
    if client.connection.login == "partner":
        return Preflight()
    of = endpoint(PRIVILEGES)
    asking = client.with_few_attempts() if failure_of(state, PRIVILEGES) else client
    try:
        page = next(asking.pages(of.path, dict(of.query), rows_key=of.rows_key))
    except UNREADABLE as error:
        return Preflight(granted=as_granted(client.scopes(), None), answer=error)
    return Preflight(granted=as_granted(client.scopes(), privilege_names(page.rows)), answer=page)
