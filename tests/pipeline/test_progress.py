"""What a person sees of a run: plain lines, the live table, quiet mode, and the summary."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pendulum
import pytest
from progress_events import RESULT, audit, recorded

from pipelines.constant_contact.display.live import live_view
from pipelines.constant_contact.display.progress import listener
from pipelines.constant_contact.display.tally import Tally
from pipelines.constant_contact.events import (
    Event,
    GroupLoaded,
    MartStarted,
    PageRead,
    RunEnded,
    RunStarted,
    TransformEnded,
    TransformStarted,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.constant_contact.events import Listener

STARTED = RunStarted(
    run_id="r1",
    started_at=pendulum.datetime(2026, 1, 1),
    destination="/data/a/rather/long/path/to/the/warehouse/of/the/account/ctct.duckdb",
    dataset="constant_contact",
    requests_per_second=4,
    remaining_today=9_960,
)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class HandClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def page(number: int, resource: str = "contacts") -> PageRead:
    return PageRead(
        resource=resource, rows=500, requests=1, requests_sent=number, remaining_today=9_960 - number
    )


def said(events: Iterable[Event], *, quiet: bool = False, step_s: float = 0.0) -> list[str]:
    stream, clock = io.StringIO(), HandClock()
    with listener(stream, quiet=quiet, clock=clock) as listen:
        for event in events:
            clock.now += step_s
            listen(event)
    return stream.getvalue().splitlines()


def test_plain_output_names_the_destination_and_the_quota_first() -> None:
    """The first line says where the rows go and what may be spent."""
    assert said([STARTED]) == [
        f"syncing to {STARTED.destination} (constant_contact): 9,960 requests left today, at most 4 a second"
    ]


def test_plain_output_throttles_pages_and_not_groups() -> None:
    """Pages within five seconds of a line add none; every committed group has its own line."""
    group = GroupLoaded(number=1, requests=4, rows={"contacts": 2_000, "account": 1}, seconds=2.14)

    lines = said([STARTED, *(page(n) for n in range(1, 9)), group], step_s=1.0)

    assert lines[1:] == [
        "contacts: 500 rows read · 1 request · 9,959 left today",
        "contacts: 3,000 rows read · 6 requests · 1.0/s · 9,954 left today",
        "group 1 committed: 2,001 rows in 2 tables, 4 requests, 2.1 s",
    ]


def test_plain_output_has_no_control_characters() -> None:
    """A log file gets text only, whatever happened."""
    ended = TransformEnded(models=34, tests=40, failures=("model campaigns failed: …",), seconds=9.0)
    events: list[Event] = [STARTED, page(1), Warned(message="odd"), TransformStarted(), ended]

    text = "\n".join(said([*events, RunEnded(result=replace(RESULT, audit=(audit(ok=False),)))]))

    assert set() == {character for character in text if ord(character) < 32} - {"\n"}


@pytest.mark.parametrize(("wait_s", "lines"), [(0.3, []), (4.0, ["waiting 4 s: server busy"])])
def test_plain_output_is_silent_about_short_waits(wait_s: float, lines: list[str]) -> None:
    """Back-off of less than a second is not worth a line."""
    assert lines == said([Waiting(reason="server busy", wait_s=wait_s)])


def test_failed_models_are_listed_one_a_line() -> None:
    """Each failure of the transforms is its own line under the count."""
    ended = TransformEnded(models=3, tests=1, failures=("a failed", "b failed"), seconds=2.0)

    assert said([ended]) == ["marts: 3 models built, 1 test run, 2 failed, 2.0 s", "a failed", "b failed"]


def test_quiet_shows_only_warnings_of_a_complete_run() -> None:
    """A quiet run that went well says what it warned of and nothing else."""
    events = [STARTED, page(1), Warned(message="segments skipped"), RunEnded(result=RESULT)]

    assert said(events, quiet=True) == ["warning: segments skipped"]


def test_quiet_shows_the_summary_of_a_run_that_failed() -> None:
    """A quiet run that failed says why."""
    failed = replace(RESULT, status="failed", stopped_reason="The token was refused.")

    lines = said([RunEnded(result=failed)], quiet=True)

    assert lines[:2] == ["Failed: 312 requests, 3 min 2 s, 9,648 left today.", "The token was refused."]


def test_live_table_fits_80_columns() -> None:
    """A long path, many resources and big numbers stay within 80 columns."""
    clock = HandClock()
    tally = Tally(clock=clock)
    tally.take(STARTED)
    for number in range(1, 41):
        clock.now += 0.25
        tally.take(page(number * 1_000, f"resource_with_a_rather_long_name_{number % 20}"))
    tally.take(Waiting(reason="server busy", wait_s=4))

    lines = recorded(live_view(tally)).splitlines()

    assert max(len(line) for line in lines) <= 80
    assert lines[0].rstrip().endswith("…")
    assert lines[-1].rstrip() == "waiting 4 s: server busy"
    assert "and 6 more" in [line.strip() for line in lines]


def test_live_table_counts_rows_pages_rate_quota_and_groups() -> None:
    """Every number of the live table comes from the events."""
    clock = HandClock()
    tally = Tally(clock=clock)
    for event in (STARTED, page(1), page(2), page(3, "account")):
        tally.take(event)
        clock.now += 0.5
    tally.take(GroupLoaded(number=1, requests=3, rows={"contacts": 1_000}, seconds=1.0))

    words = [" ".join(line.split()) for line in recorded(live_view(tally)).splitlines()]

    assert words[1:] == [
        "contacts 1,000 rows 2 pages",
        "account 500 rows 1 page",
        "3 requests",
        "9,957 left today · 1,000 rows committed in 1 group · 2.0 s",
    ]


def test_rate_is_of_the_last_ten_seconds() -> None:
    """A run that slowed down shows its present speed, not its average."""
    clock = HandClock()
    tally = Tally(clock=clock)
    tally.take(STARTED)
    for number, at in ((40, 10.0), (41, 30.0), (51, 40.0)):
        clock.now = at
        tally.take(page(number))

    assert tally.requests_per_second() == 1.0


def counted(started: RunStarted, *pages: PageRead, step_s: float = 1.0) -> str:
    """The words under the live table after these pages, one each `step_s`."""
    clock = HandClock()
    tally = Tally(clock=clock)
    tally.take(started)
    for one in pages:
        clock.now += step_s
        tally.take(one)
    return f"{tally.counts()} | {tally.today()}"


def test_a_planned_run_says_how_far_it_is() -> None:
    """Requests of those planned, the time that the rest takes at the allowed rate, and what is spent of today's."""
    planned = replace(STARTED, planned_requests=840, allowed_today=10_000)
    pages = [replace(page(n), requests_sent=n * 4) for n in range(1, 11)]

    assert (
        counted(planned, *pages)
        == "40 of about 840 requests · 4.0/s · 3 min 20 s left | 50 of today's 10,000 spent"
    )


def test_without_a_plan_earlier_runs_tell_how_many() -> None:
    """What complete runs took lately is the estimate; once it is passed, what is known to lie ahead."""
    usual = replace(STARTED, usual_requests=44)

    assert counted(usual, page(4)).startswith("4 of about 44 requests · 10 s left")
    assert counted(usual, replace(page(44), pieces_ahead=8)).startswith(
        "44 of at least 52 requests · at least 2 s left"
    )


def test_a_run_that_nothing_is_known_of_has_a_lower_bound() -> None:
    """A first run without a plan counts what lies ahead, and does not pretend to know the end."""
    assert counted(STARTED, replace(page(3), pieces_ahead=397)).startswith(
        "3 of at least 400 requests · at least 1 min 39 s left"
    )


def test_more_than_today_allows_is_said() -> None:
    """The time left is that of today's requests; the rest is for another day."""
    long = replace(STARTED, planned_requests=60_000, remaining_today=9_960)
    first = replace(page(0), requests_sent=0, remaining_today=9_960)

    assert "41 min 30 s left today, then more on another day" in counted(long, first)


def test_the_first_answers_make_no_rate() -> None:
    """Four requests within a blink are no 27 a second, and no rate is above what is allowed."""
    assert "/s" not in counted(STARTED, page(4), step_s=0.15)
    assert "4.0/s" in counted(STARTED, page(8), page(20), step_s=2.0)


def test_requests_before_the_first_row_do_not_count_for_the_rate() -> None:
    """What the check of the account took is in the sum and not in the speed."""
    started = replace(STARTED, requests_sent=6)

    assert "10 requests · 1.0/s" in counted(started, page(10), step_s=4.0)


def test_before_the_first_commit_nothing_is_said_of_commits() -> None:
    """No zero groups."""
    tally = Tally(clock=HandClock())
    tally.take(STARTED)
    tally.take(page(1))

    assert "commit" not in recorded(live_view(tally))


def test_the_mart_that_is_built_is_named() -> None:
    """On a terminal at once, in a log file every few seconds."""
    building = MartStarted(name="campaign_activities", number=31, total=210)
    words = "building and testing the marts: campaign_activities (31 of 210)"
    tally = Tally(clock=HandClock())
    for event in (STARTED, TransformStarted(), building):
        tally.take(event)

    assert words in recorded(live_view(tally))
    assert said([TransformStarted(), building, building], step_s=3.0) == [
        "building and testing the marts",
        words,
    ]


def test_counts_of_threads_that_report_late_do_not_go_back() -> None:
    """An older count that arrives after a newer one changes neither requests nor quota."""
    tally = Tally(clock=HandClock())
    for number in (5, 4):
        tally.take(page(number))

    assert (tally.requests_sent, tally.remaining_today) == (5, 9_955)


def test_terminal_ends_with_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the live table gives way to the warnings and the summary."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    with listener(screen) as listen:
        for event in (STARTED, page(1), Warned(message="odd"), RunEnded(result=RESULT)):
            listen(event)

    text = screen.getvalue()
    assert "\x1b[" in text
    assert text.index("warning: odd") < text.rindex("Complete")


def test_events_of_many_threads_do_not_block_the_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the table redraws itself, pages and warnings of several threads get through."""
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()

    def work(listen: Listener) -> None:
        for number in range(150):
            listen(page(number))
            listen(Warned(message=f"odd {number}"))
            time.sleep(0.002)

    with listener(screen) as listen:
        listen(STARTED)
        threads = [threading.Thread(target=work, args=(listen,), daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        alive = [thread.is_alive() for thread in threads]

    assert alive == [False] * 3
    assert screen.getvalue().count("warning: odd 149") == 3


def test_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that cannot move its cursor is treated as a file."""
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen()
    with listener(screen) as listen:
        listen(STARTED)

    assert "\x1b[" not in screen.getvalue()
