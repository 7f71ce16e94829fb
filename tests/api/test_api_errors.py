from __future__ import annotations

import pendulum
import pytest

from sources.constant_contact.api import errors
from sources.constant_contact.api.errors import error_class, forbidden_kind, from_answer, parse_error_body


@pytest.mark.parametrize(
    ("body", "key", "message"),
    [
        (
            b'[{"error_key":"contacts.api.not_found","error_message":"gone"}]',
            "contacts.api.not_found",
            "gone",
        ),
        (b'{"error_key":"throttled","error_message":"Too Many Requests"}', "throttled", "Too Many Requests"),
        (b'{"error":"invalid_grant","error_description":"expired"}', "invalid_grant", "expired"),
        (b'{"errorCode":"E0000021","errorSummary":"Bad"}', "E0000021", "Bad"),
        (b'{"errors":[{"error_key":"x","error_message":"y"}]}', "x", "y"),
        (b"", None, None),
        (b"[]", None, "[]"),
        (b"null", None, "null"),
        (
            b"<html><style>p{}</style><h1>504</h1><p>Gateway  Time-out</p></html>",
            None,
            "504 Gateway Time-out",
        ),
        (b"<p>Error: quota_exceeded</p>", "quota_exceeded", "Error: quota_exceeded"),
        (b"\xff\xfe", None, "\ufffd\ufffd"),
    ],
)
def test_error_bodies_of_every_form_are_read(body, key, message):
    """Array, object, both OAuth forms, HTML, nothing and rubbish all give key and message."""
    said = parse_error_body(body)
    assert (key, message) == (said.error_key, said.message)


@pytest.mark.parametrize(
    ("status", "key", "expected"),
    [
        (301, None, errors.Redirected),
        (400, "x", errors.BadRequest),
        (401, "unauthorized", errors.Unauthorized),
        (403, "access_denied", errors.Forbidden),
        (403, "mashery.not.authorized.over.qps", errors.Throttled),
        (404, None, errors.NotFound),
        (409, None, errors.Conflict),
        (415, None, errors.BadRequest),
        (418, None, errors.Unexplained),
        (429, "quota_exceeded", errors.QuotaSpent),
        (429, "throttled", errors.Throttled),
        (429, None, errors.Throttled),
        (500, None, errors.ServerBusy),
        (501, None, errors.Unexplained),
        (503, "x", errors.ServerBusy),
        (504, None, errors.ServerBusy),
        (100, None, errors.Unexplained),
    ],
)
def test_the_table_gives_each_status_and_key_its_class(status, key, expected):
    """The first rule that matches wins, and what no rule names is Unexplained."""
    assert expected is error_class(status, key)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Request forbidden due to insufficient user privileges.", "privilege"),
        ("Insufficient scope for this resource", "scope"),
        ("This application has been deactivated", "deactivated"),
        (None, "unknown"),
    ],
)
def test_the_three_kinds_of_403_are_told_apart(message, kind):
    """The words of the message decide, since no key does."""
    assert kind == forbidden_kind(message)


def test_a_named_privilege_is_handed_on():
    """When the server names the privilege that is missing, the error carries it."""
    body = (
        b'{"error_key":"access_denied","error_message":"insufficient user privileges: contacts:lists:read"}'
    )
    error = from_answer(403, body, "/v3/contact_lists")
    assert isinstance(error, errors.Forbidden)
    assert ("privilege", "contacts:lists:read", 403) == (error.kind, error.privilege, error.status)


def test_messages_say_what_which_and_what_to_do():
    """A message is one line with status, path, the server's words and the fix."""
    text = str(from_answer(418, b"<b>teapot</b>", "/v3/contacts"))
    assert text == (
        "/v3/contacts answered 418 (teapot): this answer is unknown, so nothing more is sent; "
        "please report it with the text above"
    )


def test_the_quota_message_says_when_to_go_on():
    """The daily quota's error names the figures and the moment in UTC."""
    error = errors.QuotaSpent(resets_at=pendulum.datetime(2026, 3, 3), spent=10000, limit=10000)
    assert str(error) == (
        "daily quota spent: 10,000 of 10,000 requests since 00:00 UTC; run again after 2026-03-03T00:00Z"
    )


def test_long_bodies_are_cut():
    """A message never quotes a whole page of HTML."""
    assert len(str(from_answer(400, b"x" * 100_000, "/v3/contacts"))) < 600
