from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alert_calls import configure
from receivers import Hook, http_receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts import Account


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with http_receiver() as made:
        configure(monkeypatch, webhook=made.address)
        yield made


@pytest.fixture
def here(account: Callable[..., Account]) -> Account:
    made = account(contacts=20, campaigns=1)
    made.log_in()
    return made
