"""Many runs of `ctct` for the imports of one: a process that has imported everything and forks for each run.

As a program, it reads one JSON object a line (words, folder, environment, and the largest file that may be written) and
answers with one (code, out, err).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SLOW_TO_IMPORT = (
    "dlt",
    "pipelines.constant_contact.cli",
    "pipelines.constant_contact.setup.conversation",
    "sources.constant_contact.source",
)
ROOT = Path(__file__).resolve().parents[2]


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class ForkServer:
    """`with ForkServer() as server: server.run(...)`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(
        self,
        words: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        largest_file: int | None = None,
    ) -> Ran:
        wanted = {
            "words": list(words),
            "folder": str(folder),
            "environment": dict(environment),
            "largest_file": largest_file,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return Ran(*json.loads(self._process.stdout.readline()))


def _forked(wanted: dict[str, object], out: int, err: int) -> int:
    """Never returns in the child."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        for ours, theirs in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
            os.dup2(ours, theirs)
        os.environ.clear()
        os.environ.update(wanted["environment"])  # type: ignore[call-overload]
        os.chdir(str(wanted["folder"]))
        if wanted["largest_file"] is not None:
            size = int(str(wanted["largest_file"]))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        code = _command(wanted["words"])  # type: ignore[arg-type]
    finally:
        os._exit(code)


def _command(words: list[str]) -> int:
    from pipelines.constant_contact.cli import main  # noqa: PLC0415 - in the program alone

    sys.argv = ["ctct", *words]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what Python itself would do
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _serve() -> None:
    for name in SLOW_TO_IMPORT:
        import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = _forked(json.loads(line), out.fileno(), err.fileno())
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read().decode())
        sys.stdout.write(json.dumps([code, *said]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
