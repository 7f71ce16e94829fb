# ruff: noqa: PLR0917  fixtures are arguments
"""Faults of the server and of the network: which are waited out, which end in their name."""

import threading

import pytest

from sources.constant_contact.api.errors import (
    BodyTooLarge,
    BodyTruncated,
    ConnectionLost,
    Forbidden,
    NotFound,
    NotJson,
    QuotaSpent,
    ServerBusy,
    Throttled,
    Unexplained,
    Unreachable,
)

OK = {"ok": True}
THROTTLED = {"error_key": "throttled", "error_message": "Too Many Requests"}
SPENT = {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}


def faults(reply):
    page = b'{"ok": true}'
    return {
        "500 json": reply({"error_key": "x"}, 500),
        "503 html": reply(body=b"<html>busy</html>", status=503),
        "504 empty": reply(body=b"", status=504),
        "500 array": reply([{"error_key": "x"}], 500),
        "throttled": reply(THROTTLED, 429),
        "throttled array": reply([THROTTLED], 429),
        "429 empty": reply(body=b"", status=429),
        "429 html": reply(body=b"<h1>throttled</h1>", status=429),
        "hang up": reply(hang_up=True),
        "cut body": reply(body=page[:5], announced=len(page)),
        "cut json": reply(body=page[:5]),
        "html on 200": reply(body=b"<html></html>"),
        "empty on 200": reply(body=b""),
        "not utf-8": reply(body=b'{"a": "\xff"}'),
    }


@pytest.mark.parametrize("name", faults(lambda *_, **__: None))
def test_a_passing_fault_is_survived(api, reply, make_client, name):
    """Two failures of each kind, then the answer: the caller sees the answer, and every attempt was
    counted.
    """
    fault = faults(reply)[name]
    api.replies(fault, fault, reply(OK))
    client = make_client()
    assert client.get_json("/contacts") == OK
    assert client.requests_sent == len(api.calls) == 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("500 json", ServerBusy),
        ("throttled", Throttled),
        ("500 array", ServerBusy),
        ("hang up", ConnectionLost),
        ("cut body", BodyTruncated),
        ("html on 200", NotJson),
    ],
)
def test_a_lasting_fault_ends_in_its_name(api, reply, make_client, connect, name, expected):
    """After the set number of attempts the error says what it was and how often it was tried."""
    api.replies(faults(reply)[name])
    with pytest.raises(expected, match=r"\(tried 5 times\)"):
        make_client(connection=connect(max_attempts=5)).get_json("/contacts")
    assert len(api.api_calls) == 5


def test_an_outage_is_waited_out_for_one_to_two_minutes_at_most(api, reply, make_client, clock):
    """All waits of one request together stay below three minutes, and grow."""
    api.replies(reply({}, 503))
    with pytest.raises(ServerBusy):
        make_client().get_json("/contacts")
    assert 20 < sum(clock.slept_s) < 170


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, {"error_key": "access_denied", "error_message": "insufficient user privileges"}, Forbidden),
        (404, [{"error_key": "contacts.api.not_found", "error_message": "gone"}], NotFound),
        (418, {}, Unexplained),
    ],
)
def test_a_refusal_is_not_retried(api, reply, make_client, status, body, expected):
    """What cannot change costs one request."""
    api.replies(reply(body, status))
    with pytest.raises(expected):
        make_client().get_json("/contacts")
    assert len(api.api_calls) == 1


@pytest.mark.parametrize(
    "body", [SPENT, [SPENT], "Limit Exceeded: quota_exceeded"], ids=["object", "array", "text"]
)
def test_quota_exceeded_parks_at_once(api, reply, make_client, body):
    """The first word of the server is enough: no retry, no further request by any client on the key."""
    waits = []
    api.replies(reply(body, 429))
    with pytest.raises(QuotaSpent, match="the server says so") as caught:
        make_client(on_wait=waits.append).get_json("/contacts")
    assert caught.value.resets_at.to_iso8601_string() == "2026-03-03T00:00:00Z"
    assert [] == waits
    with pytest.raises(QuotaSpent):
        make_client().get_json("/contacts")
    assert len(api.api_calls) == 1


def test_429_without_a_word_for_ever_postpones_without_parking(api, reply, make_client, connect):
    """An empty refusal may mean either limit: this run ends as on a spent quota, the next one may try."""
    api.replies(reply(body=b"", status=429))
    connection = connect(max_attempts=5)
    with pytest.raises(QuotaSpent):
        make_client(connection=connection).get_json("/contacts")
    api.replies(reply(OK))
    assert make_client(connection=connection).get_json("/contacts") == OK


@pytest.mark.parametrize(
    ("code", "expected"), [("over.qps", Throttled), ("over.ratelimit", QuotaSpent), ("ratelimit", QuotaSpent)]
)
def test_the_old_gateways_refusals_are_understood(api, reply, make_client, connect, code, expected):
    """403 with the gateway's header is one of the two limits, not a lack of privilege."""
    headers = {"X-Mashery-Error-Code": f"mashery.not.authorized.{code}"}
    api.replies(reply(body=b"<h1>Developer Over Qps</h1>", status=403, headers=headers))
    with pytest.raises(expected):
        make_client(connection=connect(max_attempts=2)).get_json("/contacts")


def test_retry_after_is_honoured_within_bounds(api, reply, make_client, clock):
    """Seconds are taken at their word; an hour is not."""
    api.replies(
        reply({}, 503, headers={"Retry-After": "17"}),
        reply({}, 503, headers={"Retry-After": "3600"}),
        reply(OK),
    )
    events = []
    make_client(on_wait=events.append).get_json("/contacts")
    waits_s = [event.seconds for event in events]
    assert waits_s == [pytest.approx(17, abs=0.3), pytest.approx(120, abs=0.3)]


def test_a_failing_server_is_given_its_longest_wait_once(api, reply, make_client, clock):
    """An hour in every answer costs no quarter of one for each object that fails."""
    api.replies(reply({}, 503, headers={"Retry-After": "3600"}))
    with pytest.raises(ServerBusy, match="tried 2 times"):
        make_client().get_json("/contacts")
    assert sum(clock.slept_s) < 130


@pytest.mark.parametrize("said", ["0", "-30", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_that_has_passed_takes_no_wait_away(api, reply, make_client, connect, said):
    """A clock that is wrong there makes no hail of requests out of a limit that was overrun."""
    api.replies(reply(THROTTLED, 429, headers={"Retry-After": said}))
    events = []
    with pytest.raises(Throttled):
        make_client(connection=connect(max_attempts=4), on_wait=events.append).get_json("/contacts")
    assert min(event.seconds for event in events) >= 1


def test_a_body_above_the_cap_is_not_read_on(api, reply, make_client, connect):
    """A page that would fill the memory is an error by name, and is not asked for again."""
    api.replies(reply(body=b"[" + b" " * 3_000_000 + b"]"))
    with pytest.raises(BodyTooLarge, match="more than 1 MB"):
        make_client(connection=connect(max_body_bytes=2**20)).get_json("/contacts")
    assert len(api.api_calls) == 1


def test_forty_megabytes_in_one_page_arrive(api, reply, make_client):
    """A huge page below the cap is read."""
    api.replies(reply(body=b'{"a": "' + b"x" * 40_000_000 + b'"}'))
    assert len(make_client().get_json("/contacts")["a"]) == 40_000_000


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1/v3", "cannot reach http://127.0.0.1:1 .*port, and that the server runs"),
        ("https://no-such-host.invalid/v3", "cannot reach https://no-such-host.invalid .*check the address"),
    ],
)
def test_an_unreachable_host_is_named(make_client, connect, monkeypatch, url, said):
    """A wrong port or name ends after a few attempts, with the host in the sentence."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Unreachable, match=said) as caught:
        make_client(connection=connect(base_url=url, access_token="fixed-access")).get_json("/contacts")
    assert "fixed-access" not in str(caught.value)


def test_tls_that_cannot_work_is_not_tried_again(api, make_client, connect):
    """Plain http behind an https address is one attempt and a sentence about TLS."""
    connection = connect(base_url=api.origin.replace("http:", "https:") + "/v3", access_token="fixed-access")
    client = make_client(connection=connection)
    with pytest.raises(Unreachable, match="TLS failed"):
        client.get_json("/contacts")
    assert client.requests_sent == 1


def test_a_read_timeout_is_a_lost_connection(api, reply, make_client, connect):
    """A server that says nothing is given up after the timeout, and asked again."""
    quiet = threading.Event()

    def script(_):
        quiet.wait(0.3)
        return reply(OK)

    api.script = script
    client = make_client(connection=connect(read_timeout_s=0.05, max_attempts=2, access_token="fixed-access"))
    with pytest.raises(ConnectionLost, match="did not answer in time"):
        client.get_json("/contacts")


def test_loopback_is_reached_past_a_proxy(api, reply, make_client, monkeypatch):
    """Proxy variables of the environment do not keep a sandbox from being reached."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:1")
    api.replies(reply(OK))
    assert make_client().get_json("/contacts") == OK
