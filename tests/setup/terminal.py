"""A program on a terminal of its own: what it shows is read, and answers are typed."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT_S = 240.0
TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal its own, for Ctrl-C and for questions whose answer is not shown."""


class Terminal:
    """`with Terminal(command, ...) as terminal`; what is left of the program is killed on leaving."""

    def __init__(self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> None:
        self.shown = ""
        self._seen = 0
        self._file, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *command],
            cwd=folder,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._file)

    def expect(self, pattern: str) -> re.Match[str]:
        """The first place after the last one that matches."""
        deadline = time.monotonic() + TIMEOUT_S
        while (found := re.search(pattern, self.shown[self._seen :])) is None:
            if not self._read(deadline):
                raise AssertionError(f"{pattern!r} is never shown after: {self.shown}")
        self._seen += found.end()
        return found

    def answer(self, question: str, text: str = "") -> None:
        self.expect(question)
        os.write(self._file, f"{text}\n".encode())

    def press(self, keys: bytes) -> None:
        os.write(self._file, keys)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read(deadline):
            pass
        return self._process.wait(30)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._file], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._file, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)
