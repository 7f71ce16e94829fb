"""`ctct status` for several profiles: a line each. Asks nothing of the API."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from pipelines.constant_contact.command_line import exit_code, sentence_of, worst
from pipelines.constant_contact.commands import draw, quiet_libraries, status_of
from pipelines.constant_contact.destinations.target import default_dataset
from pipelines.constant_contact.display import log_lines, prometheus
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.display.run_json import unfinished
from pipelines.constant_contact.display.status import to_json
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.profiles.selection import stored_accounts
from pipelines.constant_contact.request import profile_must_be_possible
from sources.constant_contact.api.errors import ApiError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.display.status import StatusReport

    Found = Mapping[str, StatusReport | UserError | ApiError]

COLUMNS = ("profile", "account", "data", "complete", "last run", "requests", "aside", "differ")
"""End of the last complete run (UTC), how the last run ended and what it sent, rows set aside, counts that differ."""
NUMBERS = ("requests", "aside", "differ")


def show(names: Sequence[str], target: Target, *, form: str, max_age: str | None, notify: bool) -> int:
    """`target`: the destination; 1 where a profile is stale and `max_age` or `notify` asks for it."""
    quiet_libraries()
    found = {name: _status(name, target, max_age=max_age, notify=notify) for name in names}
    reports = [one for one in found.values() if not isinstance(one, Exception)]
    must_be_fresh = notify or max_age is not None
    code = worst(
        [exit_code(one) for one in found.values() if isinstance(one, Exception)]
        + [1 for one in reports if must_be_fresh and not one.verdict.fresh]
    )
    if form == "prometheus":
        sys.stdout.write(prometheus.render(*reports))
    elif form == "json":
        _write_lines(found, code)
    else:
        draw(_table(found))
    for name, one in found.items():
        if isinstance(one, Exception):
            log_lines.say(f"profile {name}: {sentence_of(one)}")
    return code


def _status(
    name: str, target: Target, *, max_age: str | None, notify: bool
) -> StatusReport | UserError | ApiError:
    """Or why it cannot be told: of one profile, so that the others are."""
    try:
        profile_must_be_possible(name)
        own = replace(target, profile=name, dataset=default_dataset(name))
        return status_of(own, max_age=max_age, notify=notify, absent_is_fine=True)
    except (UserError, ApiError) as error:
        return error


def _write_lines(found: Found, code: int) -> None:
    """An object a line, then how all of them are."""
    for name, one in found.items():
        if isinstance(one, Exception):
            line = json.dumps(unfinished(sentence_of(one), exit_code(one), profile=name))
        else:
            line = to_json(one, indent=None)
        sys.stdout.write(f"{line}\n")
    words = {name: _word(one) for name, one in found.items()}
    status = next((word for word in ("unknown", "stale") if word in words.values()), "fresh")
    sys.stdout.write(json.dumps({"status": status, "profiles": words, "exit_code": code}) + "\n")


def _word(one: StatusReport | UserError | ApiError) -> str:
    if isinstance(one, Exception):
        return "unknown"
    return "fresh" if one.verdict.fresh else "stale"


def _table(found: Found) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=name != "account")
    accounts = stored_accounts()
    for name, one in found.items():
        account = Text(plain(accounts.get(name, "-")), no_wrap=True, overflow="ellipsis")
        if isinstance(one, Exception):
            table.add_row(Text(name), account, Text("unknown", style="red"))
        else:
            table.add_row(Text(name), account, *map(Text, _cells(one)))
    return table


def _cells(report: StatusReport) -> list[str]:
    newest = report.runs[0] if report.runs else None
    return [
        _word(report),
        _minute(report.completed_at),
        newest.status if newest else "never",
        f"{newest.requests_sent:,}" if newest else "-",
        f"{sum(table.rows for table in report.set_aside):,}",
        f"{len(report.audit.differences):,}" if report.audit else "-",
    ]


def _minute(time: dt.datetime | None) -> str:
    return "never" if time is None else f"{time:%Y-%m-%d %H:%M}"
