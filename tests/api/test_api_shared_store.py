"""The settings of a store that machines share, and the encryption of what is kept in it; no database here."""

from __future__ import annotations

import pytest

from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.api.sealing import Seal, Unsealable, new_salt
from sources.constant_contact.api.shared_store import SharedStore

GOOD = "kept-by-whoever-runs-the-machines-0123"
CATALOG = "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"
PREFIX = "SOURCES__CONSTANT_CONTACT__"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "store_key is not set"),
        ("short", "at least 32 characters"),
        ("0123456789" * 3, "at least 32 characters"),
        ("ab" * 40, "8 of them different"),
        (f"{GOOD} ", "copy it again"),
        (f"{GOOD}\n", "copy it again"),
        (f"{GOOD},", "comma with no key beside it"),
        (f"{GOOD},,{GOOD}", "comma with no key beside it"),
        (f"{GOOD},short", "at least 32 characters"),
        ("your-key-0123456789abcdefghijklmnopq", "placeholder"),
    ],
)
def test_key_that_protects_nothing_is_refused_and_not_quoted(key: str, words: str) -> None:
    """One sentence that says how to make a good one."""
    with pytest.raises(ConfigError, match=words) as caught:
        SharedStore(address="postgresql://h/d", key=key)
    assert not key.strip() or key.strip() not in str(caught.value)


def test_several_keys_have_a_comma_between_them() -> None:
    """The first one encrypts; a space beside the comma is none of a key's."""
    both = SharedStore(address="postgresql://h/d", key=f"{GOOD}, {GOOD[::-1]}")
    assert (GOOD, GOOD[::-1]) == both.keys


def test_neither_key_nor_address_is_in_the_record() -> None:
    """A record that is printed or logged says nothing."""
    shown = repr(SharedStore(address="postgresql://u:word@h/d", key=GOOD))
    assert (False, False) == (GOOD in shown, "word" in shown)


def test_sealed_text_opens_with_its_key_in_its_place_only() -> None:
    """Another key, salt or name, and a changed byte, open nothing; the same text is never sealed the same."""
    pytest.importorskip("cryptography", reason="the extra lake is not installed")
    salt = new_salt()
    seal = Seal(GOOD, salt)
    sealed = seal.close(b"a token", "login/1")

    assert b"a token" == Seal(GOOD, salt).open(sealed, "login/1")
    assert sealed != seal.close(b"a token", "login/1")
    for other, name, text in (
        (Seal(GOOD + "x", salt), "login/1", sealed),
        (Seal(GOOD, new_salt()), "login/1", sealed),
        (seal, "login/2", sealed),
        (seal, "login/1", sealed[:-8] + "AAAAAAA="),
        (seal, "login/1", "no base64"),
        (seal, "login/1", None),
    ):
        with pytest.raises(Unsealable):
            other.open(text, name)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"STORE": "disk"}, "store is 'disk'; choose from file, catalog"),
        ({"STORE": "catalog"}, "store_key is not set"),
        ({"STORE": "catalog", "STORE_KEY": "tiny"}, "store_key is too easy to guess"),
        ({"STORE": "catalog", "STORE_KEY": GOOD}, "none is configured; set DESTINATION__DUCKLAKE"),
        ({"STORE": "catalog", "STORE_KEY": GOOD, CATALOG: "sqlite:///lake.sqlite"}, "is a file (sqlite)"),
    ],
)
def test_store_that_cannot_be_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    """As dlt resolves it, before anything is asked."""
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    for name, value in variables.items():
        monkeypatch.setenv(name if name == CATALOG else PREFIX + name, value)
    with pytest.raises(ConfigError) as caught:
        settings().connection()
    assert words in str(caught.value)


def test_catalog_is_found_as_the_lake_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole address or its parts, and the driver's name that PostgreSQL's own library knows."""
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    monkeypatch.setenv(f"{PREFIX}STORE", "catalog")
    monkeypatch.setenv(f"{PREFIX}STORE_KEY", GOOD)
    monkeypatch.setenv(CATALOG, "postgres://loader:p%40ss@db.example:6543/lake")
    whole = settings().connection().shared
    monkeypatch.delenv(CATALOG)
    parts = {
        "DRIVERNAME": "postgresql",
        "HOST": "db.example",
        "PORT": "6543",
        "USERNAME": "loader",
        "PASSWORD": "p@ss",
    }
    for name, value in (parts | {"DATABASE": "lake"}).items():
        monkeypatch.setenv(f"{CATALOG}__{name}", value)
    in_parts = settings().connection().shared

    assert whole == in_parts
    assert whole is not None
    assert "postgresql://loader:p%40ss@db.example:6543/lake" == whole.address
