from __future__ import annotations

import os
import stat
import threading

import pendulum
import pytest

from sources.constant_contact.api.errors import TokenStoreError
from sources.constant_contact.api.tokens import FileTokenStore, Tokens

TOKENS = Tokens(
    refresh_token="r-2",
    access_token="a-2",
    previous_refresh_token="r-1",
    expires_at=pendulum.datetime(2026, 3, 3),
    saved_at=pendulum.datetime(2026, 3, 2),
    scope="contact_data",
    seed_used=True,
)


@pytest.fixture
def store(tmp_path):
    return FileTokenStore(tmp_path / "auth")


def save(store, login="me", tokens=TOKENS):
    with store.lock():
        store.save(login, tokens)


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_what_is_saved_is_loaded(store):
    """All fields survive the file."""
    save(store)
    with store.lock():
        assert store.load("me") == TOKENS
        assert store.load("you") is None


def test_file_and_folder_are_for_their_owner_alone(store, tmp_path):
    """0600 in 0700, whatever the umask, and no draft is left behind."""
    before = os.umask(0)
    try:
        save(store)
    finally:
        os.umask(before)
    assert (mode(tmp_path / "auth"), mode(store.path)) == ("0o700", "0o600")
    assert sorted(path.name for path in (tmp_path / "auth").glob("*.json")) == ["tokens.json"]
    assert not list((tmp_path / "auth").glob(".tokens-*"))


@pytest.mark.parametrize(("which", "chmod"), [("tokens.json", "chmod 600"), (".", "chmod 700")])
def test_a_store_that_others_can_read_is_refused(store, tmp_path, which, chmod):
    """The sentence holds the command that fixes it."""
    save(store)
    (tmp_path / "auth" / which).chmod(0o755)
    with pytest.raises(TokenStoreError, match=chmod), store.lock():
        store.load("me")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"logins": 3}',
        b'{"logins": {"me": 3}}',
        b'{"logins": {"me": {"refresh_token": 3}}}',
        b'{"logins": {"me": {"saved_at": "yesterday"}}}',
    ],
)
def test_a_damaged_store_is_named(store, content):
    """Whatever is in the file instead of tokens, the sentence says to log in again."""
    save(store)
    store.path.write_bytes(content)
    with pytest.raises(TokenStoreError, match="damaged; delete it"), store.lock():
        store.load("me")


def test_a_store_held_by_another_process_is_named(tmp_path):
    """Waiting for the lock ends in a sentence."""
    first, second = FileTokenStore(tmp_path / "auth"), FileTokenStore(tmp_path / "auth", lock_wait_s=0.05)
    with first.lock(), pytest.raises(TokenStoreError, match="held by another process"), second.lock():
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file in the way is one sentence."""
    (tmp_path / "auth").write_text("")
    with pytest.raises(TokenStoreError, match="cannot be used"), FileTokenStore(tmp_path / "auth").lock():
        pass


def test_removing_a_login_leaves_the_others(store):
    """Logging out of one application keeps the other."""
    save(store, "a/1")
    save(store, "a/2")
    save(store, "b/1")
    with store.lock():
        assert store.remove("a/") == 2
        assert store.names() == ["b/1"]


def test_the_repr_shows_no_token():
    """Tokens in a traceback or log show none of their values."""
    shown = repr(TOKENS)
    assert not any(value in shown for value in ("r-1", "r-2", "a-2"))


def test_the_lock_keeps_other_threads_out(store):
    """Two threads of one process are never both inside."""
    inside: list[int] = []
    most: list[int] = []

    def work():
        for _ in range(10):
            with store.lock():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
