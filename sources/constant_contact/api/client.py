"""The API client: one logical GET, a JSON value, or the pages of a collection.

Knows: how token, transport and paging fit together. Must not know: which endpoints, tables or columns exist.
Synchronous and thread-safe: readers in several threads share one client, its budget and its token.
"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from sources.constant_contact.api import partner
from sources.constant_contact.api.auth import Authenticator, TokenReply, read_token_reply
from sources.constant_contact.api.bodies import parse_json
from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.clock import SYSTEM_CLOCK, Clock
from sources.constant_contact.api.errors import StillPreparing, Unauthorized
from sources.constant_contact.api.events import OnWait, Waiting
from sources.constant_contact.api.paging import Body, Follower, Page, Params, Parse, Row, target, the_record
from sources.constant_contact.api.redact import Redactor
from sources.constant_contact.api.stores import token_store as store_of
from sources.constant_contact.api.transport import T, Transport, check
from sources.constant_contact.api.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.tokens import TokenStore

ACCEPTED: Final = 202
NO_CONTENT: Final = 204
PREPARING_FIRST_S: Final = 2.0
PREPARING_LONGEST_S: Final = 30.0
FEW_ATTEMPTS: Final = 2
"""Of a request that failed the last time it was sent, in whatever run that was."""


class Client:
    """Nothing is sent and no file is touched before the first request."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock = SYSTEM_CLOCK,
        on_wait: OnWait | None = None,
        max_requests: int | None = None,
        rng: random.Random | None = None,
        token_store: TokenStore | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self.connection = connection
        self.redactor = redactor or Redactor()
        self.budget = Budget.of(connection, clock=clock, max_requests=max_requests)
        self._clock = clock
        self._transport = Transport(
            connection,
            budget=self.budget,
            clock=clock,
            rng=rng or random.Random(),
            redactor=self.redactor,
            on_wait=on_wait,
        )
        self._auth = Authenticator(
            connection,
            token_store or store_of(connection),
            send=self._send_token_request,
            clock=clock,
            redactor=self.redactor,
        )
        self._max_attempts: int | None = None
        self._headers = partner.headers(connection)
        parts = urlsplit(connection.base_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def with_few_attempts(self) -> Client:
        """The same client, with its budget, login and connections, that gives up soon."""
        other = copy.copy(self)
        other._max_attempts = FEW_ATTEMPTS  # noqa: SLF001 - its own kind
        return other

    def scopes(self) -> frozenset[str] | None:
        """What the access token in use was granted; None where neither it nor the login's record says so."""
        return self._auth.scopes()

    def keep_account(self, account_id: str, name: str | None) -> None:
        """Keep whose login this is. Raises SameAccount where another profile's is of the same account."""
        self._auth.keep_account(account_id, name)

    @property
    def requests_sent(self) -> int:
        """Attempts of this client, retries and token requests included."""
        return self.budget.requests_granted

    @property
    def server_skew_s(self) -> float | None:
        """The server's clock minus ours by its last answer; None before the first. Whole seconds at best."""
        return self._transport.server_skew_s

    def check_login(self) -> None:
        """Raises ConfigError, NotLoggedIn or TokenStoreError where no request could be sent; sends none."""
        self._auth.check()

    def get(self, path: str, params: Params | None = None) -> Answer:
        """One logical GET: token, budget, retries. `path` is relative to base_url. 202 is an answer like any
        2xx.
        """
        return self._get(target(self.connection.base_url, path, params), _as_it_is)

    def get_json(self, path: str, params: Params | None = None) -> Any:
        """The body as a JSON value; None for 204, which has none."""
        return self._get(target(self.connection.base_url, path, params), _json)

    def record(self, path: str, params: Params | None = None) -> Row:
        """One object by itself; asked for again while the server answers 202. Raises RowsMissing for anything else."""
        body = self._prepared(target(self.connection.base_url, path, params), path)
        return the_record(body.value, path)

    def order_contact_export(self, fields: Sequence[str]) -> Any:
        """Order a file of all contacts; the job as JSON. The one request besides tokens that is no GET: it changes no
        contact, and it is sent once, for a second order would be a second job.
        """
        path = "/activities/contact_exports"
        order = {"fields": list(fields)}
        return self._get(target(self.connection.base_url, path, None), _json, order=order)

    def wait(self, seconds: float) -> None:
        """Until it makes sense to look again at what the account is doing."""
        self._transport.wait(Waiting(reason="preparing", seconds=seconds))

    def pages(
        self,
        path: str,
        params: Params | None = None,
        *,
        rows_key: str | None,
        start: str | None = None,
        parse: Parse | None = None,
    ) -> Iterator[Page]:
        """The pages of a collection, one request each.

        rows_key: where the rows are; None = the body is the array, or is one object (which becomes the only
        row). start: a `next_link` saved earlier, to go on from there; `path` and `params` stay those of the
        whole read. parse: tried first on each body.
        """
        follower = Follower(base_url=self.connection.base_url, path=path, params=params, start=start)
        link: str | None = follower.first
        while link is not None:
            body = self._prepared(link, path, parse)
            rows, envelope = body.rows_and_envelope(rows_key, path)
            link = follower.next_link(envelope, len(rows if body.parsed is None else body.parsed))
            yield Page(
                rows=rows,
                parsed=body.parsed,
                next_link=link,
                envelope=envelope,
            )

    def _prepared(self, link: str, path: str, parse: Parse | None = None) -> Body:
        """Asks again while the server answers 202, which it does as long as it computes a segment."""
        polls = min(self.connection.preparing_polls, (self._max_attempts or 1_000) - 1)
        for poll in range(polls + 1):
            body = self._get(link, lambda answer, path: _body(answer, path, parse))
            if body is not None:
                return body
            if poll < polls:
                wait_s = min(PREPARING_LONGEST_S, PREPARING_FIRST_S * 1.5**poll)
                self.wait(wait_s)
        raise StillPreparing(
            f"{path} is still being prepared by the server after {polls + 1} requests; it is left out, "
            "run again later",
            status=ACCEPTED,
            path=path,
        )

    def _get(
        self, link: str, read: Callable[[Answer, str], T], *, order: Mapping[str, Any] | None = None
    ) -> T:
        """`link` is path and query on the origin of base_url: the token goes nowhere else. `order`: to POST, once."""
        path = link.split("?", 1)[0]

        def accept(answer: Answer) -> T:
            check(answer, path)
            return read(answer, path)

        token = self._auth.access_token()
        most = self._max_attempts if order is None else 1
        try:
            return self._transport.send(self._request(link, token, order), accept, max_attempts=most)
        except Unauthorized:
            token = self._auth.access_token(rejected=token)
        return self._transport.send(self._request(link, token, order), accept, max_attempts=most)

    def _request(self, link: str, token: str, order: Mapping[str, Any] | None) -> Request:
        return Request(
            order=order,
            url=self._origin + link,
            headers={"Authorization": f"Bearer {token}", **self._headers},
        )

    def _send_token_request(self, request: Request) -> TokenReply:
        return self._transport.send(request, read_token_reply, kind="token")

    def close(self) -> None:
        self._transport.close()
        self.budget.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _as_it_is(answer: Answer, _path: str) -> Answer:
    return answer


def _json(answer: Answer, path: str) -> Any:
    if answer.status == NO_CONTENT:
        return None
    return parse_json(answer.body, content_type=answer.content_type, path=path)


def _body(answer: Answer, path: str, parse: Parse | None) -> Body | None:
    """None while the server is still preparing it."""
    if answer.status == ACCEPTED:
        return None
    parsed = parse(answer.body) if parse is not None and _is_utf_8(answer) else None
    if parsed is not None:
        return Body(parsed=parsed)
    return Body(value=_json(answer, path))


def _is_utf_8(answer: Answer) -> bool:
    """Unless it says another charset."""
    said = answer.content_type.lower()
    return "charset" not in said or "utf-8" in said
