"""Serves the pages of `made_account` from memory, in a process of its own: never what is measured.

    python -m tests.benchmarks.static_server FOLDER

Prints `{"base_url": ...}` and serves until it is ended. Answers have nothing that has to be computed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.made_account import CHANGED, mail_ids

EMPTY = b'{"contacts":[],"contacts_count":0,"_links":{}}'


class Pages:
    """Bodies by address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        small = json.loads((folder / "small.json").read_bytes())
        self._small = {path: json.dumps(body).encode() for path, body in small.items()}
        self._mails = {activity: number for number, (_, activity) in enumerate(mail_ids())}

    def body(self, address: str) -> bytes | None:
        parts = urlsplit(address)
        path, query = parts.path.removeprefix("/v3"), parse_qs(parts.query)
        cursor = query.get("cursor", ["0"])[0]
        if path == "/contacts":
            if "updated_after" in query:
                return self._file(f"{CHANGED}-{cursor}") or EMPTY
            return EMPTY if "optout_after" in query else self._file(f"page-{cursor}")
        if path.endswith("/tracking/opens"):
            return self._file(f"opens-{self._mails[path.split('/')[3]]}-{cursor}")
        if path.startswith("/reports/stats/email_campaign_activities"):
            return self._small["/reports/stats/email_campaign_activities"]
        return self._small.get(path)

    def _file(self, name: str) -> bytes | None:
        file = self._folder / name
        return file.read_bytes() if file.exists() else None


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, GET only, one request after the other."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._received = pages, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            body = self._pages.body(head.split(b" ", 2)[1].decode())
            status = "200 OK" if body is not None else "404 Not Found"
            body = body if body is not None else b'[{"error_key":"not_found"}]'
            header = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            self._transport.write(header.encode() + body)


async def serve(folder: Path) -> None:
    pages = Pages(folder)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(pages), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"base_url": f"http://127.0.0.1:{port}/v3"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
