"""Every status, key and form of words of the API's failures, and what a person is told to do about each."""

from __future__ import annotations

import pendulum
import pytest

from sources.constant_contact.api import errors
from sources.constant_contact.api.errors import ApiError, ErrorBody, error_class, forbidden_kind, from_answer

EVERY_STATUS: list[tuple[range, type[ApiError]]] = [
    (range(100, 300), errors.Unexplained),  # a success that nobody expected to be an error
    (range(300, 400), errors.Redirected),
    (range(400, 401), errors.BadRequest),
    (range(401, 402), errors.Unauthorized),
    (range(402, 403), errors.Unexplained),
    (range(403, 404), errors.Forbidden),
    (range(404, 405), errors.NotFound),
    (range(405, 406), errors.Unexplained),
    (range(406, 407), errors.BadRequest),
    (range(407, 408), errors.Unexplained),
    (range(408, 409), errors.ServerBusy),
    (range(409, 410), errors.Conflict),
    (range(410, 411), errors.NotFound),
    (range(411, 413), errors.Unexplained),
    (range(413, 416), errors.BadRequest),
    (range(416, 429), errors.Unexplained),
    (range(429, 430), errors.Throttled),
    (range(430, 431), errors.Unexplained),
    (range(431, 432), errors.BadRequest),
    (range(432, 500), errors.Unexplained),
    (range(500, 501), errors.ServerBusy),
    (range(501, 502), errors.Unexplained),
    (range(502, 505), errors.ServerBusy),
    (range(505, 506), errors.Unexplained),
    (range(506, 600), errors.ServerBusy),
    (range(600, 1_000), errors.Unexplained),
]


@pytest.mark.parametrize(
    ("statuses", "expected"), EVERY_STATUS, ids=[f"{row[0][0]}-{row[0][-1]}" for row in EVERY_STATUS]
)
def test_each_status_has_its_fate(statuses: range, expected: type[ApiError]) -> None:
    """Whatever key an answer has that no rule knows."""
    for key in (None, "", "brand.new.key", "quota_exceeded" if 429 not in statuses else None):
        assert {expected} == {error_class(status, key) for status in statuses}


@pytest.mark.parametrize(
    ("status", "key", "expected"),
    [
        (429, "quota_exceeded", errors.QuotaSpent),
        (429, "throttled", errors.Throttled),
        (403, "mashery.not.authorized.over.qps", errors.Throttled),
        (403, "mashery.not.authorized.over.ratelimit", errors.QuotaSpent),
        (403, "mashery.not.authorized.ratelimit", errors.QuotaSpent),
        (403, "mashery.not.authorized", errors.Forbidden),
        (404, "mashery.not.authorized.over.qps", errors.NotFound),
        (404, "mashery.not.authorized.over.ratelimit", errors.NotFound),
        (404, "mashery.not.authorized.ratelimit", errors.NotFound),
        (402, "mashery.not.authorized.over.qps", errors.Unexplained),
        (430, "quota_exceeded", errors.Unexplained),
        (428, "quota_exceeded", errors.Unexplained),
    ],
)
def test_a_key_counts_with_its_status_only(status: int, key: str, expected: type[ApiError]) -> None:
    """The old gateway says with 403 what the API says with 429."""
    assert expected is error_class(status, key)


@pytest.mark.parametrize(
    ("fate", "members"),
    [
        ("Retryable", {"Throttled", "ServerBusy", "ConnectionLost", "BodyTruncated", "NotJson"}),
        ("Postponed", {"QuotaSpent", "RequestCapReached"}),
        ("Skippable", {"Forbidden", "NotFound", "Conflict", "StillPreparing"}),
    ],
)
def test_each_failure_has_one_fate(fate: str, members: set[str]) -> None:
    """What a caller may do is in the class."""
    assert members == {each.__name__ for each in getattr(errors, fate).__subclasses__()}


PATH = "/v3/contacts"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "another program uses the same key; lower requests_per_second or run again later"),
        (500, "the server is failing, run again later"),
        (404, "it does not exist any more, or never did"),
        (410, "it does not exist any more, or never did"),
        (409, "its state does not allow this view, it is left out"),
        (400, "the API does not accept the request, please report this with the text above"),
        (401, "the token is not accepted, log in again: ctct auth login"),
        (302, "a redirect is never followed since the token must not leave the host; correct base_url"),
        (418, "this answer is unknown, so nothing more is sent; please report it with the text above"),
        (403, "check the user's privileges and the application's scopes: ctct check"),
    ],
)
def test_a_message_ends_with_what_to_do(status: int, words: str) -> None:
    """Behind the path and the status; the error has both as data too."""
    error = from_answer(status, b"", PATH)
    assert f"{PATH} answered {status}: {words}" == str(error)
    assert (status, None, PATH) == (error.status, error.error_key, error.path)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("insufficient user privileges", "ask the account's owner to give this user the privilege"),
        ("insufficient scope", "log in again with all scopes: ctct auth login"),
        ("the API key is inactive", "the application's key seems to be switched off: see My Applications"),
        ("no", "check the user's privileges and the application's scopes: ctct check"),
    ],
)
def test_each_kind_of_403_has_its_own_advice(message: str, words: str) -> None:
    error = from_answer(403, f'{{"error_key": "k", "error_message": "{message}"}}'.encode(), PATH)
    assert f"{PATH} answered 403 (k, {message}): {words}" in str(error)
    assert "k" == error.error_key


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("", "unknown"),
        ("Insufficient PRIVILEGES", "privilege"),
        ("privilege or scope", "privilege"),  # the owner decides first
        ("out of SCOPE", "scope"),
        ("deactivated", "deactivated"),
        ("Deactivation is under way", "deactivated"),
        ("Application disabled", "deactivated"),
        ("the client is suspended", "deactivated"),
        ("API Key inactive", "deactivated"),
        ("this feature is disabled", "unknown"),  # no key is switched off, and a run can go on
        ("the user is inactive", "unknown"),
        ("campaign suspended", "unknown"),
        ("the application may not do this", "unknown"),
        ("your api key", "unknown"),
        ("client", "unknown"),
    ],
)
def test_the_words_of_a_403_say_which_it_is(message: str, kind: str) -> None:
    assert kind == forbidden_kind(message)


@pytest.mark.parametrize(
    ("message", "privilege"),
    [
        ("missing ui:contact:read.", "ui:contact:read"),
        ("missing account:read", "account:read"),
        ("needs campaign:metrics:view now", "campaign:metrics:view"),
        ("needs customer-journey:path_one:read", "customer-journey:path_one:read"),
        ("contacts: read", None),
        ("gui:contact:read", None),  # a word of its own
        ("nothing is named", None),
        (None, None),
    ],
)
def test_a_privilege_is_found_in_the_words(message: str | None, privilege: str | None) -> None:
    body = b"" if message is None else f'{{"error_message": "insufficient privileges, {message}"}}'.encode()
    error = from_answer(403, body, PATH)
    assert isinstance(error, errors.Forbidden)
    assert privilege == error.privilege
    assert ("unknown" if message is None else "privilege") == error.kind


def test_the_gateways_key_overrules_the_body() -> None:
    """It is in a header; the words stay those of the body."""
    error = from_answer(
        403, b"<h1>Developer Inactive</h1>", PATH, gateway_key="mashery.not.authorized.over.qps"
    )
    assert isinstance(error, errors.Throttled)
    assert "mashery.not.authorized.over.qps" == error.error_key
    assert "answered 403 (mashery.not.authorized.over.qps, Developer Inactive): another program" in str(error)
    assert "answered 403: another program" in str(
        from_answer(403, b"", PATH, gateway_key="mashery.not.authorized.over.qps")
    )


@pytest.mark.parametrize(
    ("body", "key", "message"),
    [
        pytest.param(b'{"code": "c", "message": "m"}', "c", "m", id="the last names that are looked for"),
        pytest.param(b'{"error_key": "a", "error": "b"}', "a", None, id="a key without a message"),
        pytest.param(b'{"error_message": "m"}', None, "m", id="a message without a key"),
        pytest.param(b'{"error_key": "", "error": "b"}', "b", None, id="an empty key is none"),
        pytest.param(b'{"error_key": 5, "code": "c"}', "c", None, id="nor is a number"),
        pytest.param(b'[5, {"error_key": "a"}]', "a", None, id="the first object of an array that says something"),
        pytest.param(b'[{}, {"error_key": "a"}]', "a", None, id="an empty object says nothing"),
        pytest.param(b'{"errors": []}', None, '{"errors": []}', id="no nested error"),
        pytest.param(b'{"errors": {}}', None, '{"errors": {}}', id="an object instead of nested errors"),
        pytest.param(b'{"errors": ["x"]}', None, '{"errors": ["x"]}', id="a text among nested errors"),
        pytest.param(b'{"errors": "x"}', None, '{"errors": "x"}', id="a text instead of them"),
        pytest.param(
            b'{"error_key": "a", "errors": [{"error_key": "b"}]}', "a", None, id="the outer key comes first"
        ),
        pytest.param(
            b'{"errors": [{"errors": [{"message": "deep"}]}]}', None, "deep", id="nested more than once"
        ),
        pytest.param(b"5", None, "5", id="a number"),
        pytest.param(b'"quota_exceeded"', "quota_exceeded", '"quota_exceeded"', id="a text"),
        pytest.param(b"unauthorized_client", None, "unauthorized_client", id="a key is a whole word"),
        pytest.param(b"<script>if (a < b) {}</script>Sorry", None, "Sorry", id="a script is no message"),
        pytest.param("Zeitüberschreitung".encode(), None, "Zeitüberschreitung", id="plain text"),
        pytest.param(b" \n\t ", None, None, id="blanks"),
    ],
)  # fmt: skip
def test_odd_error_bodies_are_read(body: bytes, key: str | None, message: str | None) -> None:
    assert ErrorBody(error_key=key, message=message) == errors.parse_error_body(body)


@pytest.mark.parametrize(("length", "shown"), [(299, 299), (300, 300), (301, 301), (5_000, 301)])
def test_a_message_is_cut_after_three_hundred_characters(length: int, shown: int) -> None:
    """With a mark that it was."""
    said = errors.parse_error_body(b"x" * length)
    assert said.message is not None
    assert shown == len(said.message)
    assert (length > 300) is said.message.endswith("…")


@pytest.mark.parametrize(
    ("word", "cut"), [("x" * 349, False), ("x" * 350, True), ("x " * 400, False), ("x" * 100_000, True)]
)
def test_a_long_word_does_not_fill_the_screen(word: str, cut: bool) -> None:
    """A damaged id; sentences of many words stay whole."""
    shown = errors.shortened(f"before {word} after")
    assert cut is ("…" in shown)
    assert shown.startswith("before x")
    assert shown.endswith(" after")
    assert len(str(ApiError("y" * 100_000))) < 302


def test_the_quota_says_whose_word_it_is() -> None:
    """The server's word may come with a lower count of ours."""
    ours, theirs = (
        errors.QuotaSpent(
            resets_at=pendulum.datetime(2026, 12, 31, 23, 59), spent=1, limit=1_500, by_server=by_server
        )
        for by_server in (False, True)
    )
    assert str(ours).startswith("daily quota spent: 1 of 1,500 requests since 00:00 UTC")
    assert str(theirs).startswith("daily quota spent (the server says so): 1 of 1,500 requests")
    assert str(theirs).endswith("run again after 2026-12-31T23:59Z")
    assert (1, 1_500, True) == (theirs.spent, theirs.limit, theirs.by_server)
    assert not errors.QuotaSpent(resets_at=pendulum.datetime(2026, 1, 1), spent=1, limit=1).by_server


def test_a_cap_says_how_many_and_how_to_go_on() -> None:
    error = errors.RequestCapReached(limit=1_500)
    assert "this run's cap of 1,500 requests is reached; run again to go on" == str(error)
    assert 1_500 == error.limit


def test_a_failure_knows_only_what_it_was_told() -> None:
    error = ApiError("sentence", status=500, error_key="k", path="/p")
    assert ("sentence", 500, "k", "/p") == (str(error), error.status, error.error_key, error.path)
    error = ApiError("sentence")
    assert (None, None, None) == (error.status, error.error_key, error.path)
    assert errors.Retryable("x").retry_after_s is None
    assert not errors.Unreachable("x").permanent
