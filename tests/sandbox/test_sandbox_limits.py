"""The sandbox counts both limits itself, strictly."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from sources.constant_contact_sandbox import Switches
from sources.constant_contact_sandbox.quota import Limits

PATH = "/account/user/privileges"


def limits(per_second=4, per_day=10, *, second=False, day=True) -> Limits:
    return Limits(per_second, per_day, second, day)


def test_any_sliding_second_is_held():
    """The fifth request within a second of the first is refused, one second after the first it is served."""
    counter = limits()
    moments = (0.0, 0.3, 0.6, 0.9, 0.999, 1.0, 1.2, 1.3)
    verdicts = [counter.arrive(at, 0) for at in moments]
    assert verdicts == ["served"] * 4 + ["throttled", "served", "throttled", "served"]


def test_refused_requests_occupy_the_second_only_when_switched():
    """A client that keeps hammering never gets through if refused requests count in the window."""
    counter = limits(second=True, per_day=None)
    verdicts = [counter.arrive(k * 0.2, 0) for k in range(20)]
    assert verdicts[4:] == ["throttled"] * 16


def test_the_day_ends_at_utc_midnight():
    """The quota holds until the UTC day changes, then starts anew."""
    counter = limits(per_second=None, per_day=3)
    assert [counter.arrive(k, 20_000) for k in range(5)] == ["served"] * 3 + ["quota_exceeded"] * 2
    assert counter.arrive(9, 20_001) == "served"


@pytest.mark.parametrize(("count_refused", "today"), [(True, 6), (False, 4)])
def test_refused_requests_use_quota_by_switch(open_sandbox, count_refused, today):
    """Whether refused requests count in the day is a switch."""
    switches = Switches(refused_count_per_day=count_refused)
    reader = open_sandbox(requests_per_second=4, requests_per_day=100, switches=switches)
    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(lambda _: reader.get(PATH).status_code, range(6)))
    assert codes == [200] * 4 + [429] * 2
    assert (reader.sandbox.requests_today, reader.sandbox.log.refused_second) == (today, 2)


def test_a_client_pacing_at_the_limit_is_never_refused(open_sandbox):
    """Requests 1/rate apart (and a little) over two seconds are all served."""
    reader = open_sandbox(requests_per_second=20, requests_per_day=None)
    reader.get(PATH)
    for _ in range(40):
        time.sleep(0.052)
        assert reader.get(PATH).status_code == 200
    assert reader.sandbox.log.refused_second == 0


def test_the_quota_is_per_utc_day_of_the_sandbox_clock(open_sandbox):
    """The third request of two is refused; after the clock passed midnight it is served."""
    reader = open_sandbox(requests_per_day=2)
    assert [reader.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
    assert reader.get(PATH).json() == {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}
    reader.sandbox.set_clock("2026-01-06T00:00:01Z")
    assert (reader.get(PATH).status_code, reader.sandbox.requests_today) == (200, 1)


@pytest.mark.parametrize("form", ["object", "array", "empty", "mashery"])
def test_refusals_come_in_every_form(open_sandbox, form):
    """A refusal is an object, an array, empty, or the old gateway's 403."""
    reader = open_sandbox(requests_per_day=0, switches=Switches(refusal_body=form, retry_after=True))
    answer = reader.get(PATH)
    item = {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}
    assert answer.status_code == (403 if form == "mashery" else 429)
    if form == "mashery":
        assert answer.headers["x-mashery-error-code"] == "mashery.not.authorized.over.ratelimit"
    elif form == "empty":
        assert answer.content == b""
    else:
        assert answer.json() == (item if form == "object" else [item])
    assert form == "mashery" or 0 < int(answer.headers["retry-after"]) <= 86_400


def test_the_log_holds_what_arrived(open_sandbox):
    """Each request is logged in order of arrival, with its path template counted."""
    reader = open_sandbox()
    for contact in (0, 1):
        reader.get(f"/contacts/{reader.sandbox.contacts.id_of(contact)}")
    assert reader.sandbox.log.by_path_template["/v3/contacts/{id}"] == 2
    assert all(a.monotonic_s <= b.monotonic_s for a, b in pairwise(reader.sandbox.log))
    reader.sandbox.log.reset()
    assert (reader.sandbox.log.total, len(reader.sandbox.log)) == (0, 0)
