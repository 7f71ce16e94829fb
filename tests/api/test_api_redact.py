from __future__ import annotations

import io
import logging

import pytest

from sources.constant_contact.api.redact import RedactingFilter, Redactor

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cr3t-value",
        "authorization=Basic czNjcjN0LXZhbHVl",
        '{"access_token": "s3cr3t-value", "x": 1}',
        "{'refresh_token': 's3cr3t-value'}",
        "grant_type=refresh_token&refresh_token=s3cr3t-value&client_id=me",
        "https://h/cb?code=s3cr3t-value&state=1",
        "device_code=s3cr3t-value",
        "client_secret: s3cr3t-value",
        f"token is {JWT}",
        "https://me:s3cr3t-value@host/path",
        "postgresql://me:p@s3cr3t-value@host/db",
        "could not connect to postgresql://me:p/a:@s3cr3t-value@host:5432/db?sslmode=require",
        "smtp+tls://:s3cr3t-value@mail.example:587",
    ],
)
def test_secrets_are_removed_by_their_form(text):
    """Tokens, secrets and codes go without being registered."""
    shown = Redactor()(text)
    assert "***" in shown
    assert not any(secret in shown for secret in ("s3cr3t-value", "czNjcjN0", JWT))


def test_an_address_without_password_stays():
    """Hosts, ports and paths are what a sentence is about."""
    text = "cannot reach https://api.cc.email:443/v3 or postgresql://me@host:5432/db from /tmp/a@b"
    assert Redactor()(text) == text


def test_registered_values_are_removed_in_every_spelling():
    """A live value goes plain, percent-encoded and with quotes escaped."""
    redact = Redactor()
    redact.add("a/b+c=d'e", None, "abc")
    assert redact("a/b+c=d'e a%2Fb%2Bc%3Dd%27e abc") == "*** *** abc"


def test_cursors_and_ids_stay():
    """What helps to find a fault is kept."""
    text = "GET /v3/c?cursor=bGltaXQ9MSZuZXh0PTI= error_key: contacts.api.not_found grant_type=refresh_token"
    assert Redactor()(text) == text


def test_the_repr_of_a_redactor_shows_no_value():
    """A redactor in a traceback's locals tells nothing."""
    redact = Redactor()
    redact.add("s3cr3t-value")
    assert "s3cr3t" not in repr(redact)


def test_the_filter_cleans_messages_arguments_extras_and_tracebacks():
    """Nothing that a handler can format still holds the secret."""
    redact = Redactor()
    redact.add("s3cr3t-value")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(redact))
    handler.setFormatter(logging.Formatter("%(message)s %(extra)s"))
    logger = logging.getLogger("redact-test")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        int("s3cr3t-value")
    except ValueError:
        logger.exception("sent %s", "s3cr3t-value", extra={"extra": "Bearer s3cr3t-value"})
    shown = stream.getvalue()
    logger.removeHandler(handler)
    assert "s3cr3t-value" not in shown
    assert "sent *** Bearer ***" in shown
    assert "ValueError: invalid literal for int() with base 10: '***'" in shown
