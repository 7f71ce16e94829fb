from __future__ import annotations

import logging
import threading

import pytest

from sources.constant_contact.api.errors import (
    ApiError,
    ConfigError,
    CursorLoop,
    ForeignLink,
    Redirected,
    RowsMissing,
    StillPreparing,
)
from sources.constant_contact.api.events import Waiting

OK = {"ok": True}


def numbered(reply, pages):
    """A collection of so many pages, one row each."""

    def script(call):
        number = int(call.query.get("cursor", 0))
        more = {"next": {"href": f"/v3/contacts?cursor={number + 1}"}} if number + 1 < pages else {}
        return reply({"contacts": [{"n": number}], "contacts_count": pages, "_links": more})

    return script


def test_pages_follow_the_links_to_the_end(api, reply, make_client, clock):
    """Each page carries rows, envelope and next link; parameters go with the first request only."""
    api.script = numbered(reply, 3)
    pages = list(make_client().pages("/contacts", {"limit": 500, "status": "all"}, rows_key="contacts"))
    assert [page.rows for page in pages] == [[{"n": 0}], [{"n": 1}], [{"n": 2}]]
    assert [page.next_link for page in pages] == ["/v3/contacts?cursor=1", "/v3/contacts?cursor=2", None]
    assert pages[2].envelope == {"contacts_count": 3, "_links": {}}
    assert [call.query for call in api.api_calls] == [
        {"limit": "500", "status": "all"},
        {"cursor": "1"},
        {"cursor": "2"},
    ]


def test_a_read_goes_on_from_a_saved_link(api, reply, make_client):
    """start= asks for that page first and does not ask for what came before."""
    api.script = numbered(reply, 4)
    pages = make_client().pages(
        "/contacts", {"limit": 500}, rows_key="contacts", start="/v3/contacts?cursor=2"
    )
    assert [page.rows[0]["n"] for page in pages] == [2, 3]


def test_a_loop_of_links_stops_the_read(api, reply, make_client):
    """A server that answers the same link again is noticed after the rows of that page are known to be
    doubtful.
    """
    api.replies(reply({"contacts": [], "_links": {"next": {"href": "/v3/contacts?cursor=x"}}}))
    with pytest.raises(CursorLoop):
        list(make_client().pages("/contacts", rows_key="contacts"))
    assert len(api.api_calls) == 2


def test_the_token_never_goes_to_another_host(api, reply, make_client):
    """A link elsewhere is refused before anything is sent there."""
    api.replies(
        reply({"contacts": [], "_links": {"next": {"href": "http://127.0.0.1:9/v3/contacts?cursor=x"}}})
    )
    with pytest.raises(ForeignLink):
        list(make_client().pages("/contacts", rows_key="contacts"))


def test_a_page_that_changes_type_is_rows_missing(api, reply, make_client):
    """A null instead of the array stops the read."""
    api.replies(reply({"contacts": None, "_links": {}}))
    with pytest.raises(RowsMissing):
        list(make_client().pages("/contacts", rows_key="contacts"))


def test_a_redirect_is_not_followed(api, reply, make_client):
    """The server that is redirected to gets no request, and so no token."""
    api.replies(reply(OK, 302, headers={"Location": f"{api.origin}/elsewhere"}))
    with pytest.raises(Redirected, match="never followed"):
        make_client().get_json("/contacts")
    assert [call.path for call in api.api_calls] == ["/v3/contacts"]


@pytest.mark.parametrize("status", [200, 201, 209])
def test_any_2xx_is_a_success(api, reply, make_client, status):
    """209 is documented for one collection."""
    api.replies(reply(OK, status))
    assert make_client().get_json("/automations/workflows") == OK


def test_204_is_no_value(api, reply, make_client):
    """An empty success is None, and as a page it is RowsMissing."""
    api.replies(reply(body=b"", status=204))
    client = make_client()
    assert client.get_json("/x") is None
    with pytest.raises(RowsMissing):
        list(client.pages("/x", rows_key="contacts"))


def test_get_hands_202_to_the_caller(api, reply, make_client):
    """The status of a segment read is for the caller to see."""
    api.replies(reply({"status": "in progress"}, 202))
    answer = make_client().get("/contacts", {"segment_id": 3})
    assert (answer.status, answer.body) == (202, b'{"status": "in progress"}')


def test_pages_wait_while_a_segment_is_prepared(api, reply, make_client):
    """202 twice, then rows: the same request is repeated, with a wait that is reported."""
    events = []
    api.replies(reply({"status": "x"}, 202), reply({"status": "x"}, 202), reply({"contacts": [{"n": 1}]}))
    client = make_client(on_wait=events.append)
    assert [page.rows for page in client.pages("/contacts", {"segment_id": 3}, rows_key="contacts")] == [
        [{"n": 1}]
    ]
    assert [event.reason for event in events] == ["preparing", "preparing"]


def test_a_record_is_waited_for_too(api, reply, make_client):
    """202 to a request for one record is a state of the server, not the record."""
    api.replies(reply({"status": "x"}, 202), reply({"campaign_id": "c"}))
    assert make_client().record("/emails/c") == {"campaign_id": "c"}


@pytest.mark.parametrize("body", [None, [], {}, "text", [{"campaign_id": "c"}]], ids=str)
def test_what_is_no_record_is_refused(api, reply, make_client, body):
    """Anything but an object with fields says nothing of the record, and nothing is taken from it."""
    api.replies(reply(body))
    with pytest.raises(RowsMissing, match="instead of a record"):
        make_client().record("/emails/c")


def test_202_for_ever_is_skippable(api, reply, make_client, connect):
    """After the set number of polls the resource is left out by name."""
    api.replies(reply({"status": "x"}, 202))
    with pytest.raises(StillPreparing, match="after 4 requests"):
        list(make_client(connection=connect(preparing_polls=3)).pages("/contacts", rows_key="contacts"))
    assert len(api.api_calls) == 4


def test_waits_are_reported_as_data(api, reply, make_client):
    """The listener gets each wait before another attempt, with its reason and how long it is."""
    waits = []
    api.replies(reply({}, 500), reply(OK))
    make_client(on_wait=waits.append).get_json("/contacts")
    assert [("server_busy", Waiting)] == [(wait.reason, type(wait)) for wait in waits]


def test_no_log_record_and_no_error_shows_a_secret(api, reply, make_client, connect, caplog):
    """At the lowest log level, with a server that repeats the token in its error, no secret is seen."""
    caplog.set_level(logging.DEBUG)
    api.script = lambda call: reply(
        {"error_key": "x", "error_message": f"bad {call.headers['authorization']}"}, 418
    )
    client = make_client(connection=connect(client_secret="the-client-secret"))
    with pytest.raises(ApiError) as caught:
        client.get_json("/contacts")
    shown = caplog.text + str(caught.value) + repr(caught.value)
    assert "Bearer ***" in shown
    for secret in ("access-0001", "seed-refresh-token", "refresh-0001", "the-client-secret"):
        assert secret not in shown


def test_threads_share_one_client(api, reply, make_client):
    """Six readers at once each get their whole collection, with one refresh between them."""
    api.script = numbered(reply, 5)
    client = make_client()
    got = []

    def read():
        got.append([page.rows[0]["n"] for page in client.pages("/contacts", rows_key="contacts")])

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [[0, 1, 2, 3, 4]] * 6
    assert len(api.token_calls) == 1
    assert client.requests_sent == len(api.calls) == 31


def test_nothing_is_touched_before_the_first_request(make_client, connect):
    """Making a client creates no file and sends nothing."""
    make_client()
    assert not connect().state_dir.exists()


def test_the_servers_clock_is_compared(api, reply, make_client, clock):
    """The difference to the server's Date header is known after the first answer."""
    api.replies(reply(OK, headers={"Date": "Mon, 02 Mar 2026 08:01:00 GMT"}))
    client = make_client()
    assert client.server_skew_s is None
    client.get_json("/contacts")
    assert client.server_skew_s is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://:a-proxy-password@localhost:1080"),
        ("HTTPS_PROXY", "ftp://:a-proxy-password@localhost:21"),
        ("HTTPS_PROXY", "http://localhost:a-proxy-password"),
        ("SSL_CERT_FILE", "/nonexistent.pem"),
    ],
)
def test_an_environment_that_cannot_work_is_named(make_client, connect, monkeypatch, name, value):
    """The variable is named, a password in it is not shown."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as raised:
        make_client(connection=connect(base_url="https://api.example/v3"))
    assert "a-proxy-password" not in str(raised.value)
