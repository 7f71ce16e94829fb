"""What goes to standard error beside progress: sentences and log records, as text or as one JSON object a line.

`ctct --log-format json` makes every line of standard error an object with `time` (UTC), `level` and `message`;
events of a run add `event` and their own fields. `ctct --verbose` adds log records and every page that was read.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from pipelines.constant_contact.display.folded import folded
from pipelines.constant_contact.display.plain_text import json_text, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.events import Event

OUR_LOGS = ("sources", "pipelines", "httpx")


@dataclasses.dataclass(slots=True)
class Options:
    """Of this process; set once, before a command begins."""

    json: bool = False
    verbose: bool = False


OPTIONS = Options()


def use(*, as_json: bool, verbose: bool) -> None:
    """Choose the form for the rest of the process, and show log records."""
    OPTIONS.json, OPTIONS.verbose = as_json, verbose
    if as_json:
        os.environ.setdefault("RUNTIME__LOG_FORMAT", "JSON")  # the load tool's own records
    from sources.constant_contact.api.redact import RedactingFilter, Redactor  # noqa: PLC0415 - not for `--help`

    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter(Redactor()))  # the address of a request is a record too
    handler.setFormatter(_Formatter())
    for name in OUR_LOGS:
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
        log.setLevel(logging.INFO if verbose else logging.WARNING)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if not OPTIONS.json:
            return f"{record.levelname.lower()}: {text}"
        return line(record.levelname.lower(), text, {"logger": record.name})


def say(sentence: str) -> None:
    """The sentence that ends a command."""
    _write("error", sentence, "ctct: ")


def warn(sentence: str) -> None:
    """Of a command that shows no progress."""
    _write("warning", sentence, "warning: ")


def note(sentence: str) -> None:
    """What a person wants to know and need not act on."""
    _write("info", sentence, "")


def _write(level: str, sentence: str, before: str) -> None:
    shown = folded(f"{before}{plain(sentence, lines=True)}", sys.stderr)
    sys.stderr.write(f"{line(level, sentence) if OPTIONS.json else shown}\n")


def line(level: str, message: str, more: Mapping[str, Any] | None = None) -> str:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {"time": at, "level": level, "message": message, **(more or {})}
    return json_text(fields, default=_plain)


def _plain(value: object) -> object:
    """Times as ISO 8601, any other object as its words."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


class JsonLines:
    """A run's events as JSON lines: `event` is the event's name, its fields stand beside it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        name = type(event).__name__
        fields = dataclasses.asdict(event)
        message = str(fields.pop("message", _words(name)))
        level = "warning" if name == "Warned" else "info"
        self._stream.write(line(level, message, {"event": _words(name).replace(" ", "_"), **fields}) + "\n")
        self._stream.flush()


def _words(name: str) -> str:
    """`RunEnded` as `run ended`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
