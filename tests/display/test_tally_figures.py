"""What the events of a run add up to: requests, rates, what is expected, what is left of the day."""

from __future__ import annotations

import pendulum
import pytest

from pipelines.constant_contact.display.tally import Tally, duration, many, sentence
from pipelines.constant_contact.events import (
    Event,
    GroupLoaded,
    MartStarted,
    Noted,
    PageRead,
    RunEnded,
    RunResult,
    RunStarted,
    TransformEnded,
    TransformStarted,
    Waiting,
    Warned,
)


class HandClock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def started(
    *,
    per_second: float = 4,
    left: int = 1_000,
    allowed: int | None = None,
    sent: int = 0,
    planned: int | None = None,
    usual: int | None = None,
) -> RunStarted:
    return RunStarted(
        run_id="r1",
        started_at=pendulum.datetime(2026, 1, 1),
        destination="ctct.duckdb",
        dataset="constant_contact",
        requests_per_second=per_second,
        remaining_today=left,
        allowed_today=allowed,
        requests_sent=sent,
        planned_requests=planned,
        usual_requests=usual,
    )


def page(sent: int, *, left: int = 900, ahead: int = 0, rows: int = 5, requests: int = 1) -> PageRead:
    return PageRead(
        resource="contacts",
        rows=rows,
        requests=requests,
        requests_sent=sent,
        remaining_today=left,
        pieces_ahead=ahead,
    )


def after(*events: Event | tuple[float, Event]) -> Tally:
    """The tally behind events, each at its second, or all at once."""
    clock = HandClock()
    tally = Tally(clock=clock)
    for event in events:
        at, taken = event if isinstance(event, tuple) else (clock.now, event)
        clock.now = at
        tally.take(taken)
    return tally


RESULT = RunResult(
    run_id="r1",
    status="complete",
    started_at=pendulum.datetime(2026, 1, 1),
    ended_at=pendulum.datetime(2026, 1, 1),
    requests_sent=1,
    requests_today=1,
    remaining_today=1,
    rows={},
)
GROUP = GroupLoaded(number=3, requests=1, rows={"contacts": 1_200, "account": 1}, seconds=0.04)


def test_before_the_first_event_nothing_is_known() -> None:
    tally = after()
    assert ("0 requests", "", "", "") == (tally.counts(), tally.today(), tally.committed(), tally.time_left())
    assert (0, False) == tally.expected()
    assert tally.requests_per_second() is None
    assert 0.0 == tally.wait_left_s()


def test_pages_without_a_start_are_counted_all_the_same() -> None:
    """A display that began to listen later."""
    tally = after((0.0, page(3, ahead=2)), (4.0, page(11, ahead=2, left=890)))
    assert (13, False) == tally.expected()
    assert 2.0 == tally.requests_per_second()
    assert "11 of at least 13 requests · 2.0/s" == tally.counts()
    assert "890 left today" == tally.today()
    assert "" == tally.time_left()


def test_rows_and_requests_of_a_resource_add_up() -> None:
    """Rows that came with another page cost nothing."""
    tally = after(started(), (2.0, page(1, rows=500)), (3.0, page(1, rows=20, requests=0)))
    resource = tally.resources["contacts"]
    assert (520, 1, 3.0) == (resource.rows, resource.pages, resource.seen_at)


@pytest.mark.parametrize(
    ("seconds", "sent", "per_second", "rate"),
    [
        pytest.param(2.99, 9, 4, None, id="too short to tell"),
        pytest.param(3.0, 9, 4, 3.0, id="three seconds are enough"),
        pytest.param(3.0, 12, 4, 4.0, id="as many as are allowed"),
        pytest.param(3.0, 30, 4, 4.0, id="never more"),
        pytest.param(10.0, 5, 4, 0.5, id="ten seconds count"),
        pytest.param(3.0, 0, 4, 0.0, id="nothing was sent"),
    ],
)
def test_the_rate_is_of_what_was_sent(
    seconds: float, sent: int, per_second: float, rate: float | None
) -> None:
    tally = after((0.0, started(per_second=per_second)), (seconds, page(sent)))
    assert rate == tally.requests_per_second()


def test_the_rate_forgets_what_is_older_than_ten_seconds() -> None:
    """The oldest sample within the window is where the count begins."""
    tally = after((0.0, started()), (1.0, page(1)), (10.0, page(10)), (11.0, page(12)))
    assert 1.1 == tally.requests_per_second()
    tally = after((0.0, started()), (1.0, page(1)), (10.0, page(10)), (11.5, page(12)))
    assert tally.requests_per_second() is None  # only 1.5 seconds are left of it


@pytest.mark.parametrize(
    ("planned", "usual", "sent", "ahead", "expected"),
    [
        pytest.param(None, None, 5, 0, (5, False), id="nothing to go by"),
        pytest.param(None, None, 5, 3, (8, False), id="what lies ahead"),
        pytest.param(20, None, 5, 3, (20, True), id="a plan"),
        pytest.param(None, 30, 5, 3, (30, True), id="earlier runs"),
        pytest.param(20, 30, 5, 3, (20, True), id="a plan before earlier runs"),
        pytest.param(8, None, 5, 3, (8, True), id="a plan that fits"),
        pytest.param(7, None, 5, 3, (8, False), id="a plan that was too small is none"),
    ],
)
def test_what_a_run_will_have_sent(
    planned: int | None, usual: int | None, sent: int, ahead: int, expected: tuple[int, bool]
) -> None:
    tally = after(started(planned=planned, usual=usual), page(sent, ahead=ahead))
    assert expected == tally.expected()


@pytest.mark.parametrize(
    ("start", "sent", "left", "words"),
    [
        pytest.param(started(planned=100), 100, 900, "", id="nothing is left"),
        pytest.param(started(planned=100), 96, 900, "1 s left", id="a second"),
        pytest.param(started(planned=100), 95, 900, "2 s left", id="seconds are rounded up"),
        pytest.param(started(planned=340), 100, 900, "1 min 0 s left", id="a minute"),
        pytest.param(started(planned=339), 100, 900, "1 min 0 s left", id="almost a minute"),
        pytest.param(started(planned=5_000, left=9_000), 200, 8_800, "20 min 0 s left", id="minutes"),
        pytest.param(started(planned=50_000, left=90_000), 6_800, 83_200, "3 h 0 min left", id="hours"),
        pytest.param(started(), 100, 900, "", id="without anything to go by"),
        pytest.param(started(planned=100, per_second=0), 1, 900, "", id="without a rate"),
        pytest.param(started(planned=100), 60, 40, "10 s left", id="as many as the day has"),
        pytest.param(
            started(planned=100), 60, 39, "10 s left today, then more on another day", id="one too many"
        ),
        pytest.param(
            started(planned=100), 60, 0, "0 s left today, then more on another day", id="a spent day"
        ),
    ],
)
def test_how_long_it_still_takes(start: RunStarted, sent: int, left: int, words: str) -> None:
    assert words == after(start, page(sent, left=left)).time_left()


def test_what_lies_ahead_is_a_lower_bound() -> None:
    """It says so, in requests and in time."""
    tally = after(started(), page(10, ahead=8))
    assert "10 of at least 18 requests · at least 2 s left" == tally.counts()
    tally = after(started(planned=1_810), page(10))
    assert "10 of about 1,810 requests · 7 min 30 s left" not in tally.counts()
    assert tally.counts().startswith("10 of about 1,810 requests · ")


@pytest.mark.parametrize(
    ("allowed", "left", "words"),
    [
        (None, 900, "900 left today"),
        (10_000, 9_000, "1,000 of today's 10,000 spent"),
        (10_000, 10_000, "0 of today's 10,000 spent"),
        (10_000, 0, "10,000 of today's 10,000 spent"),
        (500, 900, "0 of today's 500 spent"),  # the server's word and ours may differ
    ],
)
def test_what_is_spent_of_the_day(allowed: int | None, left: int, words: str) -> None:
    assert words == after(started(left=left, allowed=allowed)).today()


def test_the_day_is_never_better_than_the_worst_answer() -> None:
    """Threads report out of order."""
    tally = after(started(left=1_000), page(2, left=990), page(1, left=995))
    assert 990 == tally.remaining_today
    assert 2 == tally.requests_sent


def test_of_two_reports_of_one_count_the_later_says_what_lies_ahead() -> None:
    tally = after(started(), page(5, ahead=9), page(5, ahead=3), page(4, ahead=20))
    assert (5, 3) == (tally.requests_sent, tally.pieces_ahead)


def test_what_was_committed_is_counted_in_rows_and_groups() -> None:
    one = GroupLoaded(number=1, requests=1, rows={"account": 1}, seconds=0.1)
    assert "1 row committed in 1 group" == after(one).committed()
    assert "1,202 rows committed in 2 groups" == after(one, GROUP).committed()


def test_waiting_is_counted_down() -> None:
    tally = after((5.0, Waiting(reason="server busy", wait_s=4.0)))
    clock = tally.clock
    assert isinstance(clock, HandClock)
    assert 4.0 == tally.wait_left_s()
    clock.now = 8.5
    assert 0.5 == tally.wait_left_s()
    clock.now = 60.0
    assert 0.0 == tally.wait_left_s()


def test_the_marts_are_built_between_two_events() -> None:
    mart = MartStarted(name="campaigns", number=1_000, total=2_000)
    tally = after(TransformStarted())
    assert tally.transforming
    assert "building and testing the marts" == tally.building()
    tally = after(TransformStarted(), mart)
    assert "building and testing the marts: campaigns (1,000 of 2,000)" == tally.building()
    tally = after(TransformStarted(), mart, TransformEnded(models=1, tests=1, failures=(), seconds=1.0))
    assert not tally.transforming
    assert tally.mart is None


def test_other_events_change_nothing() -> None:
    tally = after(Warned(message="x"), Noted(message="y"), RunEnded(result=RESULT))
    assert ("0 requests", 0, None) == (tally.counts(), tally.groups, tally.waiting)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            started(left=9_960, per_second=0.5),
            "syncing to ctct.duckdb (constant_contact): 9,960 requests left today, at most 0.5 a second",
        ),
        (Waiting(reason="server busy", wait_s=3.6), "waiting 4 s: server busy"),
        (GROUP, "group 3 committed: 1,201 rows in 2 tables, 1 request, 0.0 s"),
        (
            GroupLoaded(number=1, requests=0, rows={"account": 1}, seconds=61),
            "group 1 committed: 1 row in 1 table, 0 requests, 61.0 s",
        ),
        (
            GroupLoaded(number=1, requests=2, rows={}, seconds=1),
            "group 1 committed: 0 rows in 0 tables, 2 requests, 1.0 s",
        ),
        (Warned(message="odd"), "warning: odd"),
        (Noted(message="good to know"), "good to know"),
        (TransformStarted(), "building and testing the marts"),
        (
            TransformEnded(models=0, tests=0, failures=(), seconds=0.2),
            "marts: up to date, nothing that they are made of has changed",
        ),
        (TransformEnded(models=1, tests=2, failures=(), seconds=0.25), "marts: 1 model built, 2 tests run, 0.2 s"),
        (
            TransformEnded(models=0, tests=0, failures=("model a failed",), seconds=1),
            "marts: 0 models built, 0 tests run, 1 failed, 1.0 s\nmodel a failed",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_event_as_a_sentence(event: Event, words: str) -> None:
    assert words == sentence(event)


@pytest.mark.parametrize(
    "event", [page(1), MartStarted(name="x", number=1, total=2), RunEnded(result=RESULT)], ids=str
)
def test_events_that_are_no_sentence_are_a_mistake_of_ours(event: Event) -> None:
    with pytest.raises(AssertionError):
        sentence(event)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_234_567, "1,234,567 rows")]
)
def test_a_count_with_its_noun(count: int, words: str) -> None:
    assert words == many(count, "row")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.04, "0.0 s"),
        (1.25, "1.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),  # never "60.0 s"
        (60, "1 min 0 s"),
        (119.4, "1 min 59 s"),
        (119.6, "2 min 0 s"),
        (3_599.4, "59 min 59 s"),
        (3_599.6, "1 h 0 min"),
        (3_659, "1 h 0 min"),
        (3_660, "1 h 1 min"),
        (360_000, "100 h 0 min"),
    ],
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert words == duration(seconds)
