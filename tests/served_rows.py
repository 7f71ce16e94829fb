"""Answers of a sandbox, changed on their way: rows as a server sends them that is wrong."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import orjson

from sources.constant_contact_sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sources.constant_contact_sandbox import Sandbox
    from sources.constant_contact_sandbox.faults import Reply

FAULT = "rows_changed"
Rows = list[Any]


@contextmanager
def changed_rows(sandbox: Sandbox, change: Callable[[Rows], Any], path: str = "") -> Iterator[None]:
    """While it lasts, `change` gets the rows of each page below `path`, and may do with them what it likes.

    Within another one it is for paths that the other has not; the other ends with it.
    """
    name = f"{FAULT} {path}"

    def fault(reply: Reply) -> Reply:
        if reply.status != 200 or reply.body[:1] not in (b"{", b"["):
            return reply
        value = orjson.loads(reply.body)
        for key in faults.ROWS_KEYS:
            if isinstance(value, dict) and value.get(key):
                change(value[key])
        if isinstance(value, list):
            change(value)
        return replace(reply, body=orjson.dumps(value))

    with mock.patch.dict(faults.FAULTS, {name: fault}):
        sandbox.set_fault(name, None, path_prefix=path)
        try:
            yield
        finally:
            sandbox.clear_faults()
