"""Sandboxes that are closed after the test; limits are off unless asked for."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_reader import START, Reader

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[Reader]:
    """One small sandbox for all tests of a module that leave it as it was."""
    sandbox = Sandbox(contacts=12, start=START, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        reader = Reader(sandbox, server)
        yield reader
        reader.http.close()


@pytest.fixture
def open_sandbox() -> Iterator[Callable[..., Reader]]:
    """Open sandboxes that are closed after the test; limits are off unless asked for."""
    with ExitStack() as stack:

        def make(**options: Any) -> Reader:
            defaults: dict[str, Any] = {"start": START, "requests_per_second": None, "requests_per_day": None}
            sandbox = Sandbox(**(defaults | options))
            reader = Reader(sandbox, stack.enter_context(serve(sandbox)))
            stack.callback(reader.http.close)
            return reader

        yield make
