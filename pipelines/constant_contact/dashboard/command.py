"""`ctct dashboard`: opens the warehouse, says the address, and answers until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import secrets
import signal
import socket
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import pendulum
import uvicorn

from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.dashboard.server import HOST, TOKEN, Dashboard
from pipelines.constant_contact.dashboard.store import Store
from pipelines.constant_contact.destinations.warehouse import opened_for_reading
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.request import load_settings, published_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.warehouse import Warehouse


def run_dashboard(target: Target, *, port: int, show: bool) -> int:
    """Raises UserError where there is nothing to show or the port is taken, and Busy while a sync has the warehouse."""
    quiet_libraries()
    copy = published_copy(load_settings(target.profile))

    def open_warehouse(say: Callable[[str], None]) -> Warehouse:
        opened = opened_for_reading(target, copy, say)
        opened.must_exist()
        return opened

    store = Store(open_warehouse, lambda: pendulum.now("UTC"))
    if not store.current().accounts:
        raise UserError("there are no marts here yet; run ctct sync, or ctct transform, first")
    token = secrets.token_urlsafe(24)
    with _listening(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/?{TOKEN}={token}"
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        log_lines.say("Ctrl-C ends the dashboard")
        if show:
            webbrowser.open(address)
        _serve(Dashboard(store, account=target.dataset, token=token), listener)
    return 0


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """On loopback and nowhere else; 0: any free port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            why = "which another program uses" if in_use else f"which cannot be used ({error.strerror})"
            raise UserError(
                f"--port is {port}, {why}; give another one, or leave it out for any free port"
            ) from error
        yield listener


class _Server(uvicorn.Server):
    """Ends well at Ctrl-C and SIGTERM; uvicorn's own would end the program with the signal once it has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def _serve(dashboard: Dashboard, listener: socket.socket) -> None:
    how: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off", "log_config": None}
    config = uvicorn.Config(dashboard.application(), timeout_graceful_shutdown=1, **how)
    _Server(config).run(sockets=[listener])
