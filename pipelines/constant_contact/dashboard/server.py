"""The page over HTTP on loopback: only for who has the address with its token, and without anything from elsewhere.

One request at a time, in the thread that opens the warehouse: it is one person's page. Whoever brings the token once
gets it as a cookie, so that it does not stay in the address; a page of another site can neither read the answers nor
reach this server under a name of its own (https://owasp.org/www-community/attacks/DNS_Rebinding).
"""

from __future__ import annotations

import csv
import io
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipelines.constant_contact.dashboard import view
from pipelines.constant_contact.dashboard.filters import parse
from pipelines.constant_contact.display.plain_text import cell, plain
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.reporting.report import PAGE_DIR as REPORT_DIR
from pipelines.constant_contact.reporting.templates import environment, policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from pipelines.constant_contact.dashboard.filters import Filters
    from pipelines.constant_contact.dashboard.snapshot import Snapshot
    from pipelines.constant_contact.dashboard.store import Store
    from pipelines.constant_contact.reporting.rates import Rate
    from pipelines.constant_contact.reporting.rows import Mail

PAGE_DIR = Path(__file__).parent / "dashboard_page"
HOST = "127.0.0.1"
TOKEN = "token"  # noqa: S105 - its name
WITHOUT = "This address lacks its token. Open the address that ctct dashboard printed, or start it again.\n"
CSV_COLUMNS = (
    *("sent_at_utc", "campaign_id", "campaign_activity_id", "campaign_name", "subject", "kind", "sends"),
    *("deliveries", "opened", "clicked", "opted_out", "bounced"),
)


class Dashboard:
    """The page of one warehouse. `account`: the dataset that is shown where the address names none."""

    def __init__(self, store: Store, *, account: str, token: str) -> None:
        from markupsafe import Markup  # noqa: PLC0415 - with jinja2, only for a page

        self._store, self._account, self._token = store, account, token
        self._css = "".join(
            (folder / name).read_text("utf-8")
            for folder, name in ((REPORT_DIR, "page.css"), (PAGE_DIR, "dashboard.css"))
        )
        self._script = "".join(
            (folder / name).read_text("utf-8")
            for folder, name in ((REPORT_DIR, "page.js"), (PAGE_DIR, "dashboard.js"))
        )
        self._templates = environment(PAGE_DIR, REPORT_DIR)
        self._markup = Markup

    def application(self) -> Starlette:
        routes = [
            Route("/", self._guarded(self._page)),
            Route("/mailings.csv", self._guarded(self._csv)),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
        )

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            response = self._admitted(request) or answer(request)
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        return guarded

    def _admitted(self, request: Request) -> Response | None:
        """None for who may see the page."""
        cookie = f"ctct_{request.url.port}"  # cookies do not know ports, and two dashboards may run
        brought = request.query_params.get(TOKEN)
        if brought is not None and self._is_token(brought):
            onward = RedirectResponse(request.url.remove_query_params(TOKEN), status_code=303)
            onward.set_cookie(cookie, self._token, httponly=True, samesite="strict")
            return onward
        if self._is_token(request.cookies.get(cookie, "")):
            return None
        return PlainTextResponse(WITHOUT, status_code=403)

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self._token.encode())

    def _wanted(self, request: Request, snapshot: Snapshot) -> tuple[Filters, tuple[str, ...]]:
        """Raises UserError for an address that asks for what cannot be."""
        filters = parse(request.query_params, account=self._account, today=view.today(snapshot.accounts))
        return view.known_filters(snapshot, filters)

    def _page(self, request: Request) -> Response:
        snapshot = self._store.current()
        try:
            filters, notes = self._wanted(request, snapshot)
        except UserError as error:
            return PlainTextResponse(f"{plain(str(error))}\n", status_code=400)
        body = self._templates.get_template("dashboard.html").render(
            **view.context(snapshot, filters),
            notes=(*snapshot.notes, *notes),
            read_at=snapshot.read_at,
            css=self._markup(self._css),
            script=self._markup(self._script),
            svg=self._markup,
        )
        allowed = policy(self._css, self._script, forms_to="'self'")
        headers = {"Content-Security-Policy": f"{allowed}; img-src data:; frame-ancestors 'none'"}
        return HTMLResponse(body, headers=headers)

    def _csv(self, request: Request) -> Response:
        snapshot = self._store.current()
        try:
            filters, _ = self._wanted(request, snapshot)
        except UserError as error:
            return PlainTextResponse(f"{plain(str(error))}\n", status_code=400)
        shown = view.mails(view.chosen(snapshot, filters), filters)
        headers = {"Content-Disposition": 'attachment; filename="mailings.csv"'}
        return Response(as_csv(shown), media_type="text/csv; charset=utf-8", headers=headers)


def as_csv(shown: list[Mail]) -> bytes:
    """For a spreadsheet, as `ctct export` writes it; what is unknown is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for mail in shown:
        texts = (mail.campaign_id, mail.activity_id, mail.name, mail.subject)
        kind = "resend" if mail.is_resend else "mailing"
        counts = [_part(rate) for rate in (mail.opened, mail.clicked, mail.opted_out, mail.bounced)]
        sent_at = f"{mail.sent_at:%Y-%m-%d %H:%M:%S}"
        writer.writerow([sent_at, *map(cell, texts), kind, mail.sends, mail.deliveries, *counts])
    return out.getvalue().encode("utf-8-sig")


def _part(rate: Rate | None) -> int | None:
    return None if rate is None else rate.part
