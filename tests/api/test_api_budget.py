from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections import Counter

import pendulum
import pytest
from clocks import ManualClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.errors import LedgerError, QuotaSpent, RequestCapReached
from sources.constant_contact.api.ledger import Ledger


@pytest.fixture
def budget(tmp_path, clock):
    made = []

    def make(**changes):
        options = {"requests_per_second": 4, "requests_per_day": 100, "clock": clock} | changes
        made.append(Budget(Ledger(tmp_path / "requests.sqlite", key="k"), **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def grants(budget, clock, count):
    at_s = []
    for _ in range(count):
        budget.acquire()
        at_s.append(clock.monotonic())
    return at_s


def test_five_requests_never_start_within_a_second(budget, clock):
    """At 4 a second, request i + 4 starts more than a second after request i, with a margin for the way."""
    at_s = grants(budget(), clock, 40)
    assert min(later - earlier for earlier, later in zip(at_s, at_s[4:], strict=False)) >= 1.07


def test_the_pace_is_above_three_point_six(budget, clock):
    """The margin costs less than a tenth of the rate."""
    at_s = grants(budget(), clock, 81)
    assert 80 / (at_s[-1] - at_s[0]) > 3.6


@pytest.mark.parametrize(
    ("rate", "window_s", "most"), [(0.5, 2.0, 1), (1, 1.0, 1), (2.5, 1.0, 2), (50, 1.0, 50)]
)
def test_any_rate_is_kept(budget, clock, rate, window_s, most):
    """Fractions and slow rates are kept too, in whole requests."""
    at_s = grants(budget(requests_per_second=rate, requests_per_day=1000), clock, 3 * most + 2)
    assert all(later - earlier > window_s for earlier, later in zip(at_s, at_s[most:], strict=False))


def test_token_requests_have_a_pace_of_their_own_and_are_counted(budget, clock):
    """The token endpoint gets one request a second, beside those of the API, and the day's count sees
    both.
    """
    shared = budget()
    shared.acquire("token")
    shared.acquire("api")
    assert clock.slept_s == []
    shared.acquire("token")
    assert sum(clock.slept_s) > 1
    assert shared.spent_today() == 3


def test_the_days_quota_ends_exactly_and_names_midnight(budget, clock):
    """Request 101 of 100 is refused until the next 00:00 UTC, and is not counted."""
    one = budget()
    grants(one, clock, 100)
    with pytest.raises(QuotaSpent) as caught:
        one.acquire()
    assert (caught.value.spent, caught.value.limit) == (100, 100)
    assert caught.value.resets_at == pendulum.datetime(2026, 3, 3)
    assert (one.spent_today(), one.remaining_today()) == (100, 0)


def test_the_reserve_is_never_touched(budget, clock):
    """What is kept for other programs stays."""
    one = budget(reserve_per_day=30)
    grants(one, clock, 70)
    with pytest.raises(QuotaSpent):
        one.acquire()


def test_a_new_utc_day_brings_a_new_quota(budget, clock):
    """After midnight the count starts from zero."""
    one = budget(requests_per_day=3)
    grants(one, clock, 3)
    clock.advance(16 * 3600)
    assert one.remaining_today() == 3
    one.acquire()
    assert one.spent_today() == 1


def test_what_leaves_shortly_before_midnight_counts_for_both_days(budget):
    """A request that may arrive on the next UTC day is taken from that day too; an earlier one is not."""
    clock = ManualClock("2026-03-02T23:59:30Z")
    one = budget(requests_per_day=10, clock=clock)
    grants(one, clock, 4)
    clock.advance(28)
    grants(one, clock, 2)

    assert one.history() == {"2026-03-02": 6, "2026-03-03": 2}
    clock.advance(2)
    assert one.remaining_today() == 8


def test_the_runs_cap_is_exact_and_counts_all_kinds(budget):
    """max_requests=3 lets exactly three through, token requests among them."""
    one = budget(max_requests=3)
    for kind in ("token", "api", "api"):
        one.acquire(kind)
    with pytest.raises(RequestCapReached, match="cap of 3 requests"):
        one.acquire()
    assert (one.requests_granted, one.spent_today()) == (3, 3)


def test_threads_share_the_cap_exactly(tmp_path):
    """Eight threads that want more than the cap get the cap, together."""
    one = Budget(
        Ledger(tmp_path / "l", key="k"), requests_per_second=9999, requests_per_day=9999, max_requests=40
    )
    got = Counter()

    def work(name):
        try:
            while True:
                one.acquire()
                got[name] += 1
        except RequestCapReached:
            pass

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got.total(), one.spent_today()) == (40, 40)
    one.close()


def test_a_person_logging_in_is_not_refused_by_the_quota(budget, clock):
    """A login goes through on a spent day, and is counted all the same."""
    one = budget(requests_per_day=1)
    one.acquire()
    one.acquire("login")
    assert one.spent_today() == 2


def test_the_servers_word_overrules_the_ledger_for_every_process(budget, clock):
    """After quota_exceeded nobody sends before midnight, whatever the count says."""
    one, other = budget(), budget()
    assert one.park() == pendulum.datetime(2026, 3, 3)
    with pytest.raises(QuotaSpent, match="the server says so"):
        other.acquire()
    assert other.remaining_today() == 0
    clock.advance(16 * 3600)
    other.acquire()


def test_a_refusal_in_the_first_minute_of_a_day_is_tried_again_soon(budget):
    """The server's clock may still be in yesterday; a whole day is not given away for that."""
    clock = ManualClock("2026-03-03T00:00:05Z")
    one = budget(clock=clock)
    assert one.park() == pendulum.datetime(2026, 3, 3, 0, 2)
    clock.advance(120)
    one.acquire()
    assert one.park() == pendulum.datetime(2026, 3, 4)


def test_a_park_from_a_clock_years_ahead_is_not_believed(budget, clock):
    """A wrong clock must not stop a key for years."""
    one = budget()
    clock.jump(4 * 365 * 86400)
    one.park()
    clock.jump(-4 * 365 * 86400)
    one.acquire()


def test_a_clock_that_goes_back_over_midnight_grants_nothing_more(budget, clock):
    """Requests of both sides of a jump are counted on both days, in either order."""
    one = budget(requests_per_day=10)
    grants(one, clock, 6)
    clock.jump(86400)
    grants(one, clock, 4)
    clock.jump(-86400)
    with pytest.raises(QuotaSpent):
        one.acquire()
    clock.jump(86400)
    assert one.remaining_today() == 6


def test_what_is_sent_while_the_clock_is_behind_counts_for_the_right_day_too(budget, clock):
    """A clock that starts in 1970 and is set right later does not bring a second quota."""
    one = budget(requests_per_day=10)
    grants(one, clock, 4)
    clock.jump(-50 * 365 * 86400)
    grants(one, clock, 3)
    clock.jump(50 * 365 * 86400)
    assert one.spent_today() == 7


def test_a_reboot_does_not_stop_the_pacing(budget, clock):
    """Starts and pauses recorded on the old monotonic clock are forgotten."""
    one = budget()
    grants(one, clock, 8)
    one.cool_down(60)
    clock.reboot()
    clock.slept_s.clear()
    one.acquire()
    assert clock.slept_s == []


def test_a_throttled_key_pauses_for_every_process(budget, clock):
    """One refusal lets all processes wait; a shorter pause does not shorten a longer one."""
    one, other = budget(), budget()
    one.cool_down(5)
    one.cool_down(1)
    before_s = clock.monotonic()
    other.acquire()
    assert clock.monotonic() - before_s == pytest.approx(5)


def test_a_seed_raises_the_count_and_never_lowers_it(budget):
    """An ephemeral machine gets the day's count back from elsewhere."""
    one = budget()
    one.seed("2026-03-02", 60)
    assert one.spent_today() == 60
    one.seed("2026-03-02", 10)
    assert one.spent_today() == 60
    assert one.remaining_today() == 40


def test_a_request_that_leaves_late_moves_the_next_ones(budget, clock):
    """Connecting took half a second: the distance is kept from the moment at which the request left."""
    one = budget()
    granted_s = one.acquire()
    grants(one, clock, 3)
    clock.advance(0.5)
    one.departed(granted_s)
    left_s = clock.monotonic()
    one.acquire()
    one.acquire()
    one.acquire()
    one.acquire()
    assert clock.monotonic() - left_s >= 1.07


def test_keys_do_not_disturb_each_other(tmp_path, clock):
    """Two applications in one state folder have their own limits."""
    ours, theirs = (
        Budget(Ledger(tmp_path / "l", key=key), requests_per_second=4, requests_per_day=2, clock=clock)
        for key in "ab"
    )
    grants(ours, clock, 2)
    assert theirs.remaining_today() == 2
    ours.close()
    theirs.close()


def test_a_ledger_that_is_no_database_is_named_with_the_mend(tmp_path):
    """A damaged file is one sentence, not a traceback of sqlite."""
    path = tmp_path / "requests.sqlite"
    path.write_bytes(b"this is not a database, and long enough to be sure of it" * 20)
    with pytest.raises(LedgerError, match="delete it while no ctct runs"):
        _first_use(path)


def _first_use(path):
    one = Budget(Ledger(path, key="k", busy_s=0.1), requests_per_second=4, requests_per_day=9)
    try:
        one.acquire()
    finally:
        one.close()


def test_a_ledger_that_another_program_holds_is_named(tmp_path):
    """Waiting ends, and the sentence says that somebody holds the file."""
    path = tmp_path / "requests.sqlite"
    holder = Ledger(path, key="k")
    with holder.transaction(), pytest.raises(LedgerError, match="another program holds it"):
        _first_use(path)
    holder.close()


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    """A file in the way of the folder is one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="set state_dir to a writable folder"):
        _first_use(tmp_path / "file" / "requests.sqlite")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from([1, 2, 4, 7]),
    daily=st.integers(3, 40),
    steps=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.one_of(st.floats(0, 0.4), st.sampled_from([0.0, 0.25, 1.0, 1.08, 3600.0])),
            st.sampled_from([0, 0, 0, 0, 0, -86400, 86400, -5, 5]),
            st.sampled_from([0, 0.2, 9.9]),
        ),
        max_size=80,
    ),
    start=st.sampled_from(["2026-03-02T08:00:00Z", "2026-03-02T23:59:58Z", "2026-03-03T00:00:01Z"]),
)
def test_no_interleaving_exceeds_either_limit(tmp_path_factory, rate, daily, steps, start):
    """
    Four processes that ask in any order, at any time, under a wall clock that jumps: never more than the rate
    in any sliding second, never more than the daily limit in a UTC day by the true clock (ours is right or
    behind; where it is right, a request may take ten seconds to arrive), and the ledger has counted at least
    what was sent.
    """
    clock = ManualClock(start)
    path = tmp_path_factory.mktemp("ledger") / "l"
    processes = [
        Budget(Ledger(path, key="k"), requests_per_second=rate, requests_per_day=daily, clock=clock)
        for _ in range(4)
    ]
    sent_s: list[float] = []
    behind_s = 0.0
    by_true_day: Counter[str] = Counter()
    for who, pause_s, jump_s, on_the_way_s in steps:
        clock.advance(pause_s)
        if behind_s + jump_s <= 0:  # behind the true time, or right
            behind_s += jump_s
            clock.jump(jump_s)
        try:
            granted = processes[who].try_acquire() == 0
        except QuotaSpent:
            continue
        if granted:
            sent_s.append(clock.monotonic())
            late_s = on_the_way_s if behind_s == 0 else -behind_s
            by_true_day[clock.now().add(seconds=late_s).format("YYYY-MM-DD")] += 1
    assert all(later - earlier > 1 for earlier, later in zip(sent_s, sent_s[rate:], strict=False))
    assert sum(processes[0].history().values()) >= len(sent_s)
    assert all(count <= daily for count in by_true_day.values())
    for process in processes:
        process.close()


def test_three_processes_share_one_pace(tmp_path):
    """Three real processes on one ledger stay under the rate together, use most of it, and count every
    request.
    """
    program = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from sources.constant_contact.api.budget import Budget
        from sources.constant_contact.api.ledger import Ledger
        budget = Budget(Ledger(Path(sys.argv[1]), key="k"), requests_per_second=40, requests_per_day=10**6)
        ends = time.monotonic() + 2.2
        while time.monotonic() < ends:
            granted_s = budget.acquire()
            print(time.monotonic())
            budget.departed(granted_s)
    """)
    path = tmp_path / "l"
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    at_s = sorted(float(line) for process in running for line in process.communicate(timeout=180)[0].split())
    assert all(process.returncode == 0 for process in running)
    assert min(later - earlier for earlier, later in zip(at_s, at_s[40:], strict=False)) > 1.0
    budget = Budget(Ledger(path, key="k"), requests_per_second=40, requests_per_day=10**6)
    assert sum(budget.history().values()) == len(at_s)
    assert len(at_s) >= 80
    budget.close()
