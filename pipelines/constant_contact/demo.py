"""`ctct demo`: a sample account on loopback, two nights of it, marts, a report and three questions answered.

Everything goes into one folder. Nothing of a person's own configuration is used, so a real account is never asked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pendulum

from pipelines.constant_contact.commands import quiet_libraries, write_report
from pipelines.constant_contact.destinations.target import DEFAULT_PROFILE, Target, default_dataset
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display import progress
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.program import typed
from pipelines.constant_contact.request import SyncRequest, profile_must_be_possible
from pipelines.constant_contact.sync.run import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sources.constant_contact.source import Settings

RATE = 200
"""Requests a second of the demo's own server; the real API allows 4."""
SANDBOX = __name__.replace("pipelines.constant_contact.demo", "sources.constant_contact_sandbox")
"""The sandbox's module, whose name is longer in an installed package than in a checkout."""
QUESTIONS = (
    (
        "Does it pay to send again to those who did not open?",
        """select campaign_name, primary_deliveries as delivered,
  round(cast(100 * primary_open_rate as numeric), 1) as open_pct,
  added_opens, round(cast(100 * open_uplift as numeric), 1) as uplift_pct
from {marts}.resend_uplift
order by added_opens desc nulls last limit 5""",
    ),
    (
        "How soon do people open?",
        """select e.within_hours,
  round(cast(100 * sum(e.open_rate * c.deliveries)
    / sum(c.deliveries) as numeric), 1) as opened_pct
from {marts}.engagement_decay as e
inner join {marts}.campaign_activities as c
  on e.campaign_activity_id = c.campaign_activity_id
where e.open_rate is not null
group by e.within_hours order by e.within_hours""",
    ),
    (
        "Which mailbox providers treat us worse?",
        """select email_domain, sends, bounces,
  round(cast(100 * bounce_rate as numeric), 1) as bounced_pct,
  round(cast(100 * open_rate as numeric), 1) as open_pct
from {marts}.domains
where sends >= 20 order by bounce_rate desc nulls last limit 5""",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The sandbox that serves the demo."""

    values: dict[str, Any]

    def next_day(self) -> None:
        origin = str(self.values["base_url"]).removesuffix("/v3")
        httpx.post(
            f"{origin}/_sandbox/advance", params={"days": 1}, timeout=600, trust_env=False
        ).raise_for_status()


def run_demo(*, folder: Path, contacts: int, campaigns: int, seed: int, profile: str | None) -> int:
    """Raises UserError for a folder that cannot be used, and for a profile that cannot be one."""
    target = _target(profile or DEFAULT_PROFILE)
    quiet_libraries()
    started = time.monotonic()
    _make(folder)
    warehouse = folder / "ctct.duckdb"
    os.environ["DESTINATION__DUCKDB__CREDENTIALS"] = str(warehouse.absolute())
    os.environ["DLT_DATA_DIR"] = str((folder / "pipelines").absolute())
    _say(
        f"A sample account with {contacts:,} contacts and {campaigns:,} campaigns, served on this machine at up to "
        f"{RATE} requests a second (the real API allows 4)."
    )
    with _served(contacts, campaigns, seed) as account:
        own = _settings(account, folder, target.profile)
        for night in (1, 2):
            if night > 1:
                account.next_day()
            _say(f"\nNight {night}")
            with progress.listener() as listener:
                result = sync(SyncRequest(target=target), listener, own=own)
            if result.status == "failed":
                raise RunFailed(result.stopped_reason)
    opened = Warehouse(target)
    page = write_report(opened, folder / "report.html")
    _say("")
    for title, sql in QUESTIONS:
        _answer(opened, title, sql.format(marts=target.analytics))
    which = "" if profile is None else f" --profile {profile}"
    ctct = typed()
    _say(
        f"\nWarehouse  {warehouse}\nReport     {page}\nLook       "
        f"DESTINATION__DUCKDB__CREDENTIALS={warehouse} {ctct} status{which}\n"
        f"Took       {time.monotonic() - started:.0f} s\n\n"
        f"Your own account: {ctct} init"
    )
    return 0


def _target(profile: str) -> Target:
    """Raises UserError for a name that cannot be a profile's."""
    profile_must_be_possible(profile)
    return Target(profile=profile, dataset=default_dataset(profile))


def _make(folder: Path) -> None:
    """A demo starts from nothing; what an earlier one left in its own folder goes first."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("pipelines", "state"):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in ("ctct.duckdb", "ctct.duckdb.wal", "report.html"):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"--dir {folder} cannot be used: {error.strerror}; choose another folder") from error


def _settings(account: Account, folder: Path, profile: str) -> Settings:
    """Made here, not resolved: a person's login, `publish` or `report` is none of the demo's business."""
    from sources.constant_contact.source import Settings  # noqa: PLC0415 - the load tool

    names = ("base_url", "token_url", "authorize_url", "device_url", "client_id", "client_secret")
    return Settings(
        **{name: account.values[name] for name in names},
        profile=profile,
        landing_page_ids=account.values["landing_page_ids"],  # nothing in the API lists them
        refresh_token=account.values["refresh_token"],
        state_dir=str((folder / "state").absolute()),
        requests_per_second=float(RATE),
        requests_per_day=1_000_000,
        requests_per_commit=2_000,
    )


@contextmanager
def _served(contacts: int, campaigns: int, seed: int) -> Iterator[Account]:
    """The sandbox as a process of its own, so that serving does not slow reading; ended on leaving."""
    yesterday = pendulum.now("UTC").subtract(days=1).to_iso8601_string()
    command = [sys.executable, "-m", SANDBOX, "--rps", "0", "--rpd", "0"]
    command += [
        "--contacts",
        str(contacts),
        "--campaigns",
        str(campaigns),
        "--seed",
        str(seed),
        "--start",
        yesterday,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RunFailed("the sample account did not start; see the lines above")
        yield Account(values=json.loads(line))
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


def _answer(opened: Warehouse, title: str, sql: str) -> None:
    from rich.syntax import Syntax  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from pipelines.constant_contact.display.console import console  # noqa: PLC0415

    rows = opened.query(sql)
    shown = console()
    shown.print(Text(f"\n{title}", style="bold"))
    shown.print(Syntax(sql, "sql", background_color="default", word_wrap=True))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in rows[0] if rows else ():
        numeric = all(isinstance(row[name], int | float | Decimal | None) for row in rows)
        table.add_column(
            name, justify="right" if numeric else "left", style="cyan", max_width=40, no_wrap=True
        )
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    shown.print(table if rows else "(no rows)")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    strftime = getattr(value, "strftime", None)
    return str(strftime("%Y-%m-%d %H:%M")) if strftime else str(value)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
