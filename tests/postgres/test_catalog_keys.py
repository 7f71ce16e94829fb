"""The key under which machines share their logins: a wrong one, a lost one, and one that is changed."""

from __future__ import annotations

import threading

import pytest
from catalog_logins import KEY, LOGIN, WHOSE, end_sessions, keep, kept, psycopg
from catalog_logins import database as database_of_logins
from catalog_logins import server as server_of_logins
from postgres_server import binaries

from sources.constant_contact.api.catalog_tokens import CatalogTokenStore
from sources.constant_contact.api.errors import TokenStoreError
from sources.constant_contact.api.tokens import Tokens

pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server
]

server, database = server_of_logins, database_of_logins  # fixtures, which pytest finds under their names
NEW_KEY = "the-next-one-of-whoever-runs-them-4567"


def test_another_key_is_a_sentence_and_changes_nothing(database: str) -> None:
    """For reading and for logging in; the right one still opens it."""
    keep(CatalogTokenStore(database, KEY), "r-1")
    wrong = CatalogTokenStore(database, KEY[::-1])
    for use in (kept, lambda store: keep(store, "r-2")):
        with pytest.raises(TokenStoreError, match="store_key is not the one") as caught:
            use(wrong)
        assert KEY[::-1] not in str(caught.value)
    assert "r-1" == kept(CatalogTokenStore(database, KEY))


def test_lost_key_is_given_up_as_the_sentence_says(database: str) -> None:
    keep(CatalogTokenStore(database, KEY), "r-1")
    new = CatalogTokenStore(database, KEY[::-1])
    with pytest.raises(TokenStoreError) as caught:
        kept(new)
    statement = str(caught.value).partition("run there: ")[2].partition(", and log in")[0]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(statement)
    keep(new, "r-2")
    assert "r-2" == kept(new)


def test_key_is_changed_without_logging_in_again(database: str) -> None:
    """New and old one together: the first use encrypts every login anew, and then the old one opens nothing."""
    old = CatalogTokenStore(database, KEY)
    for number in range(3):
        with old.lock(f"app/p{number}/"):
            old.save(f"app/p{number}/login", Tokens(refresh_token=f"r-{number}"))
    keep(old, "r-1")
    assert "r-1" == kept(CatalogTokenStore(database, KEY, NEW_KEY))  # of use, and nothing changes
    assert "r-1" == kept(old)

    assert "r-1" == kept(CatalogTokenStore(database, NEW_KEY, KEY))

    new = CatalogTokenStore(database, NEW_KEY)
    assert "r-1" == kept(new)
    with new.lock():
        assert 4 == len(new.names())
    with pytest.raises(TokenStoreError, match="store_key is not the one"):
        kept(CatalogTokenStore(database, KEY))
    keep(CatalogTokenStore(database, KEY, NEW_KEY), "r-2")  # back again, by whoever names the old one first
    assert "r-2" == kept(old)


def test_key_changed_while_a_login_is_renewed_costs_no_login(database: str) -> None:
    """What comes back is kept under the key that counts by then; also where the session was lost meanwhile."""
    store, changing = CatalogTokenStore(database, KEY, NEW_KEY), CatalogTokenStore(database, NEW_KEY, KEY)
    keep(store, "r-1")
    with store.lock(WHOSE):
        store.load(LOGIN)
        assert "r-1" == kept(changing)
        store.save(LOGIN, Tokens(refresh_token="r-2"))
    assert "r-2" == kept(CatalogTokenStore(database, NEW_KEY))
    assert "r-2" == kept(store)
    with store.lock(WHOSE):
        store.load(LOGIN)
        assert "r-2" == kept(changing)
        end_sessions(database)
        store.save(LOGIN, Tokens(refresh_token="r-3"))
    assert "r-3" == kept(CatalogTokenStore(database, NEW_KEY))


def test_login_that_is_forgotten_while_the_key_changes_stays_forgotten(database: str) -> None:
    """Six machines, half of which name the other key first, renew, forget and read at once: nothing is damaged."""
    orders = [(KEY, NEW_KEY), (NEW_KEY, KEY)] * 3
    keep(CatalogTokenStore(database, KEY), "r-1")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        whose, store = f"app/p{number}/", CatalogTokenStore(database, *orders[number])
        try:
            for turn in range(5):
                with store.lock(whose):
                    store.save(f"{whose}login", Tokens(refresh_token=f"r-{turn}"))
                with store.lock(whose):
                    loaded = store.load(f"{whose}login")
                    assert (f"r-{turn}", 1) == (loaded and loaded.refresh_token, store.remove(whose))
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    left = CatalogTokenStore(database, NEW_KEY, KEY)
    with left.lock():
        assert [LOGIN] == left.names()
