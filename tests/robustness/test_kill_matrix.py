"""Runs that are killed at any moment, over several nights, and what it costs.

A kill is SIGKILL to a real `ctct sync` at a seeded random moment: so many requests or so many steps of loading
after its start, and a little later; or when the server has just answered a token request. Requests and steps rather
than seconds, because a busy machine must not move all kills into one step. An undisturbed twin of the account says
what a night needs.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from account_comparison import differences
from account_tables import KEYS, LANDING_PAGES, OF_A_CONTACT
from child_runs import Home, Run

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

pytestmark = pytest.mark.long  # real processes, killed


GROUP = 30
"""requests_per_commit."""
NIGHT = ("sync", "--no-transform")
WHOLE = ("sync",)
KINDS = {"requests": 8, "extract": 4, "normalize": 4, "load": 8, "refresh": 2, "end": 2, "transform": 1}
"""What a kill waits for, and how often of 29."""
DBT_S = 12.0
"""About as long as the marts of this account take."""
ENDED, TRANSFORMING = "ended before", "building and testing the marts"
SETTINGS: dict[str, object] = {
    "requests_per_second": 500,
    "requests_per_day": 1_000_000,
    "requests_per_commit": GROUP,
}


@dataclass(kw_only=True)
class Toll:
    """What the kills cost."""

    wasted: list[float] = field(default_factory=list)
    """Requests per kill, a night each."""
    idle: list[int] = field(default_factory=list)
    """What a run costs that finds nothing new, a night each."""
    moments: Counter[str] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """Runs that were really killed; one that had ended by itself is none."""
        return self.moments.total() - self.moments[ENDED]

    def line(self) -> str:
        moments = ", ".join(f"{name} {n}" for name, n in self.moments.most_common())
        return (
            f"{self.kills} kills ({moments}); "
            f"wasted requests per kill: median {statistics.median(self.wasted):.1f}, worst {max(self.wasted):.1f}; "
            f"group {GROUP}, an idle run {max(self.idle)}"
        )


def start(contacts: int, campaigns: int, nights: int) -> Sandbox:
    began = (datetime.now(UTC) - timedelta(days=nights + 2)).replace(microsecond=0)
    return Sandbox(
        contacts=contacts,
        campaigns=campaigns,
        seed=11,
        start=began.isoformat().replace("+00:00", "Z"),
        requests_per_second=None,
        requests_per_day=None,
        latency_s=0.02,
        max_events=3_000,
        switches=Switches(refresh_overlap=True, token_requests_per_second=1000),
    )


NIGHTS = 5
"""Of an account. The pipeline's clock is ahead of it by those to come and two days, and a week after its end nobody
asks for what happens to an event.
"""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Home]]:
    """The machine whose runs are killed, and its undisturbed twin."""
    with serve(start(1300, 3, NIGHTS)) as one, serve(start(1300, 3, NIGHTS)) as other:
        yield [
            Home(server=server, folder=tmp_path / name, settings=dict(SETTINGS))
            for server, name in ((one, "killed"), (other, "undisturbed"))
        ]


def complete(home: Home, *command: str) -> int:
    """A run that must come to its end; returns its requests, by the server's count."""
    before = home.server.sandbox.log.total
    ended = home.run(*(command or NIGHT))
    assert 0 == ended.code, ended.err
    return home.server.sandbox.log.total - before


def moment(home: Home, run: Run, requests: int) -> str:
    """Where the killed run stood, by what it left behind."""
    work = home.work_dir
    if run.process.exitcode == 0:
        return ENDED
    if list(work.glob("load/normalized/*")):
        return "load"
    if list(work.glob("normalize/extracted/*")):
        return "normalize"
    if [one for one in work.glob("normalize/*/*") if one.parent.name != "extracted"]:
        return "extract"
    if TRANSFORMING in run.err.read_text():
        return "transform"
    return "reading" if requests else "start"


def await_moment(home: Home, run: Run, rng: random.Random, kind: str, needed: int) -> None:
    """Return when a moment drawn by `rng` has come, or the run has ended."""
    sandbox = home.server.sandbox
    before, refreshes = sandbox.log.total, sandbox.tokens.refreshes
    wanted, steps = rng.randint(0, needed), rng.randint(1, 3)
    seen: set[str] = set()

    def has_come() -> bool:
        if kind == "requests":
            return sandbox.log.total - before >= wanted
        if kind == "refresh":
            return sandbox.tokens.refreshes > refreshes
        if kind in {"end", "transform"}:
            said = run.err.read_text()
            return TRANSFORMING in said if kind == "transform" else "rows loaded" in said or "Audit" in said
        pattern = {
            "extract": "normalize/*/1*",
            "normalize": "normalize/extracted/*",
            "load": "load/normalized/*",
        }
        seen.update(found.name for found in home.work_dir.glob(pattern[kind]))
        return len(seen) >= steps

    while run.process.is_alive() and not (run.err.exists() and has_come()):
        time.sleep(0.002)
    if kind == "transform":
        time.sleep(rng.random() * DBT_S)
    elif kind in {"load", "end"}:  # the others would be over before
        time.sleep(rng.choice((0.0, 0.0, 0.05, 0.3, 1.0)) * rng.random())


def kill_once(home: Home, rng: random.Random, needed: int, command: tuple[str, ...], kind: str) -> str:
    """Start a run and kill it; the moment's name."""
    sandbox = home.server.sandbox
    before, refreshes = sandbox.log.total, sandbox.tokens.refreshes
    run = home.start(*command)
    await_moment(home, run, rng, kind, needed)
    run.kill()
    sent = sandbox.log.total - before
    if sandbox.tokens.refreshes > refreshes and sent <= 1:
        return "token refresh"
    return moment(home, run, sent)


def matrix(pair: list[Home], *, nights: int, kills: int, seed: int) -> Toll:
    """Nights with some kills each, then a complete run; the account is compared after each night."""
    killed, undisturbed = pair
    rng, toll = random.Random(seed), Toll()
    for night in range(nights):
        if night:
            for home in pair:
                home.server.sandbox.advance(days=1)
        needed = complete(undisturbed)
        if night <= 1:
            toll.idle.append(complete(undisturbed))
        before, tried, last = killed.server.sandbox.log.total, 0, NIGHT
        while toll.kills < (night + 1) * kills and tried < 3 * kills:
            (kind,) = rng.choices(tuple(KINDS), tuple(KINDS.values()))
            command = WHOLE if kind == "transform" else NIGHT
            last = WHOLE if kind == "transform" else last
            toll.moments[kill_once(killed, rng, needed, command, kind)] += 1
            tried += 1
        complete(killed, *(WHOLE if night == nights - 1 else last))
        toll.wasted.append((killed.server.sandbox.log.total - before - needed) / tried)
        print(f"night {night}:", toll.line(), flush=True)  # noqa: T201 - the figures are what one runs it for
        assert [] == differences(killed.server.sandbox, killed.query), (night, toll.line())
    return toll


OF_CONTACTS = (*OF_A_CONTACT, "contacts_sms_engagement_history")
FEW = ("contact_counts", "contacts", "contact_lists", "contact_tags", "email_opens")
"""Enough for a sample: a long chain with child tables, the counts that heal it, a feed."""


def test_killed_nights_lose_nothing(tmp_path: Path) -> None:
    """Two nights with three kills each end in equal tables."""
    tables = [name for name in KEYS if name.startswith("contacts") or name in FEW]
    rng, moments = random.Random(4), Counter[str]()
    with serve(start(2600, 2, 12)) as server:
        home = Home(server=server, folder=tmp_path, settings=SETTINGS | {"requests_per_commit": 10})
        for needed in (24, 12):
            for _ in range(3):
                kind = rng.choice(("requests", "load", "normalize"))
                moments[kill_once(home, rng, needed, (*NIGHT, "--select", ",".join(FEW)), kind)] += 1
            complete(home, *NIGHT, "--select", ",".join(FEW))

            assert [] == differences(server.sandbox, home.query, tables=tables), moments
            server.sandbox.advance(days=1)


def all_on(server: Server) -> dict[str, object]:
    """Settings with which everything is read that can be."""
    pages = [page.activity_id for page in server.sandbox.extras.landing_pages.pages]
    return SETTINGS | {"opt_in": '["all"]', "landing_page_ids": json.dumps(pages)}


def exact(home: Home, tables: tuple[str, ...]) -> list[str]:
    """What differs after a run; what a run reads of contacts that only healing found comes with the next one."""
    wrong = differences(home.server.sandbox, home.query, tables=tables)
    if wrong and all(line.startswith(OF_CONTACTS) for line in wrong):
        complete(home)
        wrong = differences(home.server.sandbox, home.query, tables=tables)
    return wrong


def killed_with_all_on(folder: Path, *, nights: int, kills: int, seed: int) -> Counter[str]:
    """Nights of everything with some kills each; after a complete run every table is compared. Members of segments
    are read once a week, so in the first night only.
    """
    rng, moments = random.Random(seed), Counter[str]()
    with serve(start(50, 3, nights)) as server:
        home = Home(server=server, folder=folder, settings=all_on(server))
        for night in range(nights):
            for _ in range(kills):
                kind = rng.choice(("requests", "requests", "load", "normalize", "extract", "end"))
                moments[kill_once(home, rng, 60 if night else 250, NIGHT, kind)] += 1
            complete(home)
            wrong = exact(
                home, (*KEYS, *LANDING_PAGES, *OF_CONTACTS, *(() if night else ("segment_members",)))
            )
            assert [] == wrong, (night, moments)
            server.sandbox.advance(days=1)
    return moments


def test_killed_nights_of_everything_lose_nothing(tmp_path: Path) -> None:
    """With all that is off by default on, two nights with two kills each end in equal tables."""
    killed_with_all_on(tmp_path, nights=2, kills=2, seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_kill_matrix_of_everything(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Five nights with four kills each, on five accounts."""
    moments = killed_with_all_on(tmp_path, nights=5, kills=4, seed=200 + seed)
    with capsys.disabled():
        print(moments)  # noqa: T201 - the figures are what one runs it for


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_kill_matrix(pair: list[Home], seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Three hundred kills over a hundred nights end in equal tables; a kill costs a group at most."""
    with capsys.disabled():
        toll = matrix(pair, nights=NIGHTS, kills=3, seed=100 + seed)

    assert 3 * NIGHTS <= toll.kills
    assert max(toll.wasted) <= GROUP + max(toll.idle)
