"""A plain reader of a served sandbox: follows next links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact_sandbox import Sandbox, Server

START = "2026-01-05T03:00:00Z"
ALL = "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes"


class Reader:
    """Reads one served sandbox the plain way."""

    def __init__(self, sandbox: Sandbox, server: Server) -> None:
        self.sandbox, self.server = sandbox, server
        self.http = httpx.Client(timeout=20, verify=False)  # reading certificates takes longer than the test

    def get(self, path: str, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.server.access_token}"}
        if path.startswith("/partner/"):
            headers = {"Authorization": f"Bearer {self.partner_token()}", "x-api-key": self.server.partner[2]}
        return self.http.get(self.server.base_url + path, params=params or None, headers=headers)

    def partner_token(self) -> str:
        """A fresh token of the partner."""
        form = {"grant_type": "client_credentials", "scope": "v3api/general.partner"}
        answer = self.http.post(self.server.partner_token_url, data=form, auth=self.server.partner[:2])
        return str(answer.raise_for_status().json()["access_token"])

    def json(self, path: str, **params: Any) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every page; an internal path in a link is put back on the public one."""
        page = self.json(path, **params)
        while True:
            yield page
            href = ((page.get("_links") or {}).get("next") or {}).get("href")
            if not href:
                return
            query = {k: v[0] for k, v in parse_qs(urlsplit(href).query).items()}
            page = self.json(path, **query)

    def rows(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        return [row for page in self.pages(path, **params) for row in page[key]]
