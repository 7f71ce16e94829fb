"""A web server in a thread that ends as soon as it is told: a test has one, and there are thousands of tests."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket


class PromptServer(uvicorn.Server):
    """uvicorn's, which looks every tenth of a second whether to end, and gives connections another."""

    _ticks: asyncio.Task[None] | None = None

    async def main_loop(self) -> None:
        self._ticks = asyncio.create_task(super().main_loop())
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticks

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        patience = asyncio.get_running_loop().time() + 1
        # uvicorn tells nobody when one closes
        while self.server_state.connections and asyncio.get_running_loop().time() < patience:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def end(self) -> None:
        """From another thread."""
        self.should_exit = True
        if self._ticks is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._ticks.get_loop().call_soon_threadsafe(self._ticks.cancel)
