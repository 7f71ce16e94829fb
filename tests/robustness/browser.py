"""A headless Chromium that answers a consent page, driven over its debugging pipe."""

from __future__ import annotations

import itertools
import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
PATIENCE_S = 60.0
AXE = os.environ.get("CTCT_AXE")
"""The file axe.min.js of axe-core (npm): rules of https://www.w3.org/TR/WCAG22/ that a program can check."""
NO_AXE = "needs axe-core: npm install axe-core, and CTCT_AXE with the path of its axe.min.js"
VIOLATIONS = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => JSON.stringify(
  found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes[0].html.slice(0, 120), one.nodes[0].failureSummary.slice(0, 300)])))
"""
LAUNCH = """
import fcntl, os, sys
inward, outward = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 20) for number in sys.argv[1:3])
os.dup2(inward, 3)
os.dup2(outward, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads its commands from descriptor 3 and answers on 4."""


class Browser:
    """Messages of the DevTools protocol, each ended by a zero byte."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        """What the browser told unasked, oldest first: requests, console, exceptions."""

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params} | (
            {"sessionId": session} if session else {}
        )
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = self._next(deadline)
            if answer.get("id") == number:
                return answer.get("result", {})
            if "method" in answer:
                self.events.append(answer)
        raise AssertionError(f"Chromium did not answer {method}")

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError("Chromium says nothing")
            self._rest += os.read(self._answers, 65_536)
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def click(self, url: str, element: str) -> str:
        """Open a page, click the element with this id, and return the text of the page that follows."""
        target = self.ask("Target.createTarget", url=url)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._until(session, f"!!document.getElementById({element!r})")
        self.ask("Runtime.evaluate", session, expression=f"document.getElementById({element!r}).click()")
        self._until(session, f"!document.getElementById({element!r}) && document.readyState === 'complete'")
        return str(self._value(session, "document.body.innerText"))

    def violations(self, session: str) -> Any:
        """What axe-core finds serious or critical on the page of a session."""
        self.ask("Runtime.evaluate", session, expression=Path(str(AXE)).read_text("utf-8"))
        how = {"expression": VIOLATIONS, "awaitPromise": True, "returnByValue": True}
        return json.loads(self.ask("Runtime.evaluate", session, **how)["result"]["value"])

    def _until(self, session: str, expression: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self._value(session, expression) is not True:
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {expression}")
            time.sleep(0.05)

    def _value(self, session: str, expression: str) -> Any:
        return self.ask("Runtime.evaluate", session, expression=expression).get("result", {}).get("value")


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    to_read, commands = os.pipe()
    answers, to_write = os.pipe()
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-proxy-server",
        f"--user-data-dir={profile}",
    ]
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            LAUNCH,
            str(to_read),
            str(to_write),
            str(CHROMIUM),
            *options,
            "--remote-debugging-pipe",
        ],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Browser(commands, answers)
    finally:
        process.terminate()
        process.wait(30)
        os.close(commands)
        os.close(answers)
