"""The sandbox's server ends when its block does."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import pytest

from sources.constant_contact_sandbox import Sandbox, serve


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "sandbox"}


def test_nothing_is_left_of_a_server_whose_client_keeps_its_connection() -> None:
    """No thread, no port; also of one that nobody asked anything."""
    before = threads()
    with serve(Sandbox(contacts=1)):
        assert threads() - before
    with (
        httpx.Client(verify=False) as client,
        serve(Sandbox(contacts=1)) as server,
    ):
        assert 401 == client.get(f"{server.base_url}/contacts").status_code
        port = int(server.origin.rpartition(":")[2])
    assert set() == threads() - before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_an_answer_under_way_does_not_hold_the_end_up_for_long() -> None:
    """A client that waits for one gets none, or that the server failed."""
    ended: list[bool] = []
    sandbox = Sandbox(contacts=1, latency_s=60)

    def ask(url: str) -> None:
        try:
            ended.append(httpx.get(url, verify=False, timeout=30).is_server_error)
        except httpx.HTTPError as error:
            ended.append(bool(str(error)))

    with serve(sandbox) as server:
        asking = threading.Thread(target=ask, args=(f"{server.base_url}/contacts",))
        asking.start()
        while not sandbox.log.total:
            time.sleep(0.001)
    asking.join(20)
    assert ([True], False) == (ended, asking.is_alive())
