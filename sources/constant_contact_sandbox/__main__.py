"""Run the sandbox as a process of its own: one JSON line with addresses and credentials, then it serves.

On a terminal it says instead how to set `ctct` up for it.
"""

from __future__ import annotations

import argparse
import errno
import json
import re
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, get_type_hints

from .faults import FAULTS
from .sandbox import Sandbox
from .server import serve
from .switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .server import Server


SHOWN = (
    *("base_url", "token_url", "authorize_url", "device_url"),
    *("client_id", "client_secret", "refresh_token", "access_token"),
    *("partner_token_url", "partner"),
)
NOT_NEGATIVE = ("port", "contacts", "campaigns", "rps", "rpd", "latency_ms", "max_events")
MAX_PORT = 65_535
PROFILE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
GUIDE = """\
A sample account on this machine, until Ctrl-C. To set up ctct for it, in
another terminal:

{init}

It shows an address; open it in a browser of this machine and press Allow.
Without a browser, with the code that it shows in place of CODE:

curl -d decision=allow -d user_code=CODE \\
  {page}

"""


class OptionError(ValueError):
    """A wrong option; the message is one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message}; see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    made = _Parser(prog="ctct sandbox", description="A sample Constant Contact account on loopback.")
    made.add_argument("--profile", metavar="NAME", help="whose settings the printed environment is")
    made.add_argument("--port", type=int, default=0, help="0 = any free port")
    made.add_argument("--contacts", type=int, default=200)
    made.add_argument("--campaigns", type=int, default=6)
    made.add_argument("--seed", type=int, default=7)
    made.add_argument("--start", help="ISO time of the sandbox clock; default is now")
    made.add_argument("--rps", type=int, default=4, help="requests per second, 0 = no limit")
    made.add_argument("--rpd", type=int, default=10_000, help="requests per UTC day, 0 = no limit")
    made.add_argument("--latency-ms", type=float, default=0.0)
    made.add_argument("--max-events", type=int, default=5_000_000)
    made.add_argument(
        "--bare", action="store_true", help="people and mails only: no jobs, automations, social, SMS, events"
    )
    made.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:TIMES[:PATH]]",
        help=f"one of: {', '.join(sorted(FAULTS))}",
    )
    made.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="see the README; several allowed"
    )
    return made


def switches_from(texts: Sequence[str]) -> Switches:
    """Switches from NAME=VALUE texts. Raises ValueError naming the valid switches, or a bad value."""
    hints = get_type_hints(Switches)
    values: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in hints:
            raise ValueError(
                f"unknown switch {name!r}; valid are: {', '.join(f.name for f in fields(Switches))}"
            )
        kind = str(hints[name])
        if "bool" in kind:
            values[name] = value.lower() in ("1", "true", "yes", "on", "")
        elif "int" in kind:
            values[name] = None if value.lower() == "none" else _whole(name, value)
        elif "tuple" in kind or "frozenset" in kind:
            parts = [part for part in value.split(",") if part]
            values[name] = frozenset(parts) if "frozenset" in kind else tuple(parts)
        elif "Literal" in kind and value not in (options := hints[name].__args__):
            raise ValueError(f"switch {name} is one of {', '.join(options)}, not {value!r}")
        else:
            values[name] = value
    return Switches(**values)


def _whole(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"switch {name} is a whole number, not {value!r}") from None


def _check(options: argparse.Namespace) -> None:
    """Raises OptionError for what the parser lets pass."""
    for name in NOT_NEGATIVE:
        if not (value := getattr(options, name)) >= 0:
            raise OptionError(f"--{name.replace('_', '-')} is {value}; give a number of 0 or more")
    if options.port > MAX_PORT:
        raise OptionError(f"--port is {options.port}; give a number up to {MAX_PORT}, or 0 for any free port")
    if options.profile is not None and not PROFILE.fullmatch(options.profile):
        raise OptionError(
            f"--profile is {options.profile!r}; use lower-case letters, digits and _ between words"
        )
    try:
        datetime.fromisoformat(options.start or "2026-01-31")
    except ValueError:
        raise OptionError(
            f"--start is {options.start!r}, which is no time; write it like 2026-01-31T00:00:00Z"
        ) from None


def sandbox_from(options: argparse.Namespace) -> Sandbox:
    """The sandbox that the options describe. Raises ValueError for a wrong fault, switch or number."""
    return Sandbox(
        contacts=options.contacts,
        campaigns=options.campaigns,
        seed=options.seed,
        start=options.start,
        requests_per_second=options.rps or None,
        requests_per_day=options.rpd or None,
        latency_s=options.latency_ms / 1000,
        switches=switches_from(options.switch),
        faults=tuple(options.fault),
        max_events=options.max_events,
        bare=options.bare,
    )


def run(argv: Sequence[str] | None = None, *, ctct: str = "ctct") -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. `ctct`: what a person types for it.

    Raises OptionError for a wrong option.
    """
    options = parser().parse_args(argv)
    _check(options)
    try:
        sandbox = sandbox_from(options)
    except ValueError as error:
        raise OptionError(str(error)) from error
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _served(sandbox, options.port) as server:
        if not sys.stdout.isatty():
            sys.stdout.write(json.dumps(_line(server, options.profile)) + "\n")
            sys.stdout.flush()
        if sys.stderr.isatty():
            sys.stderr.write(_guide(server, ctct, options.profile))
        while not stop.wait(0.5):
            pass
    return 0


def _line(server: Server, profile: str | None) -> dict[str, Any]:
    """What a program needs."""
    return {name: getattr(server, name) for name in SHOWN} | {
        "landing_page_ids": [page.activity_id for page in server.sandbox.extras.landing_pages.pages],
        "environment": server.environment(profile),
    }


def _guide(server: Server, ctct: str, profile: str | None) -> str:
    """What a person does next; each option of the command on a line of its own, so that it can be copied."""
    first = f"{ctct} init --profile {profile}" if profile else f"{ctct} init"
    names = ("client_id", "base_url", "authorize_url", "token_url", "device_url")
    options = [f"--{name.replace('_', '-')} {getattr(server, name)}" for name in names]
    return GUIDE.format(
        init=" \\\n  ".join([first, *options]),
        page=f"{server.device_url.removesuffix('/authorize')}/activate",
    )


@contextmanager
def _served(sandbox: Sandbox, port: int) -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serve(sandbox, port=port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            why = "which another program uses" if in_use else f"which cannot be used ({error.strerror})"
            raise OptionError(f"--port is {port}, {why}; give another one, or 0 for any free port") from error
        yield server


def main(argv: Sequence[str] | None = None) -> int:
    """The same as a program: a wrong option is a sentence on standard error and exit code 2."""
    try:
        return run(argv)
    except OptionError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
