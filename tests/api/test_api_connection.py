from __future__ import annotations

import pytest

from sources.constant_contact.api.connection import Connection
from sources.constant_contact.api.errors import ConfigError


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            {"base_url": "http://api.cc.email/v3"},
            "base_url is 'http://api.cc.email/v3', which is not encrypted",
        ),
        ({"base_url": "api.cc.email/v3"}, "base_url is 'api.cc.email/v3', which is not an address"),
        ({"base_url": "ftp://api.cc.email"}, "not an address"),
        ({"base_url": ""}, "base_url is empty"),
        ({"base_url": "https://h:port/v3"}, "base_url is not an address"),
        ({"token_url": "http://127.0.0.1.evil.example/t"}, "token_url is .* not encrypted"),
        ({"base_url": "https://h/v3?a=1"}, "remove everything from the"),
        ({"requests_per_second": 0}, "requests_per_second is 0; set it to a number above 0"),
        ({"requests_per_second": float("nan")}, "requests_per_second is nan"),
        ({"requests_per_second": "4"}, "requests_per_second is '4'"),
        ({"requests_per_day": True}, "requests_per_day is True"),
        ({"requests_per_day": 10.5}, "whole number"),
        ({"reserve_per_day": -1}, "0 or more"),
        ({"reserve_per_day": 10000}, "leaves nothing of requests_per_day"),
        ({"client_id": ""}, "client_id is empty"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_is_refused_in_one_sentence(tmp_path, setting, said):
    """The name, the value, and what to set instead."""
    with pytest.raises(ConfigError, match=said) as caught:
        Connection(state_dir=tmp_path, **setting)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://user:hush-hush@h/v3", "https://:hush-hush@h/v3"])
def test_credentials_in_an_address_are_refused_and_not_repeated(tmp_path, url):
    """The message does not quote the password."""
    with pytest.raises(ConfigError, match="user name or password") as caught:
        Connection(state_dir=tmp_path, base_url=url)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v3/", "http://localhost/v3", "http://[::1]:9/v3", "https://h/v3"]
)
def test_loopback_may_be_plain_http(tmp_path, url):
    """A test server needs no certificate, and a trailing slash does not matter."""
    assert Connection(state_dir=tmp_path, base_url=url).base_url == url.rstrip("/")


def test_a_secret_with_a_line_break_is_refused_without_being_shown(tmp_path):
    """A slip of copy and paste would break the header; the value is not quoted."""
    with pytest.raises(ConfigError, match="access_token contains") as caught:
        Connection(state_dir=tmp_path, access_token="s3cr3t\n")
    assert "s3cr3t" not in str(caught.value)


def test_the_repr_hides_the_secrets(tmp_path):
    """A connection in a traceback or log shows none of its three secrets."""
    shown = repr(
        Connection(
            state_dir=tmp_path, client_secret="s3cr3t-1", refresh_token="s3cr3t-2", access_token="s3cr3t-3"
        )
    )
    assert "s3cr3t" not in shown


def test_the_ledgers_key_is_the_applications(tmp_path):
    """Two accounts of one application share a key; two applications do not."""
    one = Connection(state_dir=tmp_path, client_id="a", refresh_token="x")
    same = Connection(state_dir=tmp_path, client_id="a", refresh_token="y")
    other = Connection(state_dir=tmp_path, client_id="b")
    assert one.key == same.key != other.key
