"""What the redactor takes for a secret, in which spellings, and what it leaves readable."""

from __future__ import annotations

import base64
import logging
import sys

import pytest

from sources.constant_contact.api.redact import (
    RedactingFilter,
    Redactor,
    basic_credentials,
    without_passwords,
)

FIELDS = (
    "access_token",
    "refresh_token",
    "previous_refresh_token",
    "id_token",
    "client_secret",
    "device_code",
    "user_code",
    "code_verifier",
    "client_assertion",
    "api_key",
    "x-api-key",
    "password",
    "authorization",
)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "form",
    [
        '{"NAME": "hush"}',
        "{'NAME': 'hush'}",
        "NAME=hush&x=1",
        "NAME: hush",
        "NAME = 'hush'",
        "a NAME=hush; b",
    ],
)
def test_each_field_is_blanked_out_in_each_form(name: str, form: str) -> None:
    """In any letters; what stands around it stays."""
    for spelled in (name, name.upper()):
        text = form.replace("NAME", spelled)
        assert text.replace("hush", "***").replace("'***'", "***").replace(
            '"***"', "***"
        ) == without_passwords(text)


@pytest.mark.parametrize(
    "text",
    [
        "my_password is not set",
        "the code: 404",
        '{"code": "contacts.api.not_found"}',
        "bearer of news",  # five letters are no token
        "refresh_token",
        "https://api.cc.email/v3/contacts?cursor=abcdef",
        "someone@example.com wrote to a:b@c",
        "eyJ short",
    ],
)
def test_words_that_only_look_like_secrets_stay(text: str) -> None:
    assert text == without_passwords(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bearer abcdef", "Bearer ***"),
        ("bearer%20abcdef", "bearer ***"),
        ("code=abc&state=1", "code=***&state=1"),
        ("https://h/cb?state=1&code=abc", "https://h/cb?state=1&code=***"),
        ("eyJabcdefgh.payload", "***"),
        ("a eyJabcdefgh.payload.signature b", "a *** b"),
        ("postgresql://me:secret@host/db", "postgresql://***@host/db"),
        ("s3://:@host", "s3://***@host"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert shown == without_passwords(text)


@pytest.mark.parametrize(
    ("secret", "removed"),
    [
        pytest.param("sixsix", True, id="six characters are enough"),
        pytest.param("fives", False, id="five could be any word"),
        pytest.param("", False, id="nothing"),
        pytest.param(None, False, id="not set"),
    ],
)
def test_a_registered_value_is_removed_if_it_is_long_enough(secret: str | None, removed: bool) -> None:
    redact = Redactor()
    redact.add(secret)
    assert ("a *** b" if removed else f"a {secret} b") == redact(f"a {secret} b")


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param("p/q r+s'\\t", id="plain"),
        pytest.param("p%2Fq%20r%2Bs%27%5Ct", id="in a path"),
        pytest.param("p%2Fq+r%2Bs%27%5Ct", id="in a form"),
        pytest.param("p/q r+s'\\\\t", id="in a repr"),
    ],
)
def test_a_registered_value_is_removed_in_each_spelling(spelled: str) -> None:
    redact = Redactor()
    redact.add("p/q r+s'\\t")
    assert "<***>" == redact(f"<{spelled}>")


@pytest.mark.parametrize("order", [("secret-1", "secret-1-longer"), ("secret-1-longer", "secret-1")])
def test_a_value_that_contains_another_is_removed_whole(order: tuple[str, str]) -> None:
    """In whatever order they were registered, and once more without harm."""
    redact = Redactor()
    for secret in (*order, *order):
        redact.add(secret)
    assert "*** and ***" == redact("secret-1-longer and secret-1")


def test_values_can_be_added_later() -> None:
    """A token that was renewed; the old one stays a secret."""
    redact = Redactor()
    redact.add("token-one")
    assert "*** token-two" == redact("token-one token-two")
    redact.add("token-two")
    assert "*** ***" == redact("token-one token-two")


def test_values_with_signs_of_patterns_are_taken_as_they_are() -> None:
    redact = Redactor()
    redact.add("a.*(b)[c]")
    assert "*** axxbxxc" == redact("a.*(b)[c] axxbxxc")


def test_credentials_are_those_of_rfc_7617() -> None:
    """A secret may hold a colon, and letters beyond ASCII."""
    shown = base64.b64decode(basic_credentials("me", "s:ö")).decode()
    assert "me:s:ö" == shown


def record(message: str, *arguments: object, with_error: bool = False) -> logging.LogRecord:
    error = None
    if with_error:
        try:
            int("token-one")
        except ValueError:
            error = sys.exc_info()
    return logging.LogRecord("n", logging.INFO, "/token-one.py", 1, message, arguments, error)


@pytest.fixture
def clean() -> RedactingFilter:
    redact = Redactor()
    redact.add("token-one")
    return RedactingFilter(redact)


def test_a_record_is_clean_before_any_handler_sees_it(clean: RedactingFilter) -> None:
    """Arguments are in the message already; what says where it came from stays."""
    made = record("sent %s to %s", "token-one", "host")
    made.url = "https://host/?x=token-one"
    made.count = 7
    assert clean.filter(made)
    assert "sent *** to host" == made.getMessage()
    assert ("https://host/?x=***", 7) == (made.url, made.count)
    assert ("/token-one.py", "INFO") == (made.pathname, made.levelname)
    assert made.exc_text is None


def test_a_traceback_is_clean_and_is_not_made_anew(clean: RedactingFilter) -> None:
    made = record("failed", with_error=True)
    clean.filter(made)
    assert made.exc_info is None
    assert made.exc_text is not None
    assert made.exc_text.endswith("invalid literal for int() with base 10: '***'")
    assert made.exc_text.startswith("Traceback")


def test_a_record_of_no_error_has_no_traceback(clean: RedactingFilter) -> None:
    """`exc_info=True` outside of a handler."""
    made = record("fine")
    made.exc_info = (None, None, None)
    clean.filter(made)
    assert made.exc_text is None
