"""`ctct forget`: one person goes from everything, and stays away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from erasure.planted import WORDS, ctct, files_with, forgotten, move, plant, read_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


DAY = timedelta(days=1)


def text_with(warehouse: Path, words: tuple[str, ...]) -> list[str]:
    """Tables with one of the words in a column of any type that is text or becomes it."""
    found = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall():
            for (row,) in connection.execute(
                f'select lower(cast(t as text)) from "{schema}"."{table}" as t'
            ).fetchall():
                found += [f"{schema}.{table}: {word}" for word in words if word.lower() in row]
    return found


@pytest.mark.long
def test_a_forgotten_person_is_nowhere_and_does_not_come_back(account: Callable[..., Any]) -> None:
    """Tables, file, folders, report and logs hold nothing; three more nights, the feeds listing, change nothing."""
    one = account(contacts=60, campaigns=4)
    read_all(one)
    folder = one.warehouse.parent
    person = plant(one.sandbox)
    ended = ctct("sync", folder=folder)
    assert ended.returncode == 0, ended.stderr
    one.sandbox.move_clock(DAY)
    move(one.sandbox, person)
    one.log_in()
    assert ctct("sync", folder=folder).returncode == 0
    assert ctct("report", "--out", "page.html", folder=folder).returncode == 0
    held = " ".join(text_with(one.warehouse, WORDS))
    for table in ("event_registrations", "event_registration_details", "landing_page_opens"):
        assert f".{table}: {WORDS[1]}" in held
    one.sandbox.delete_contact(person.position)

    dry = forgotten("--email", WORDS[0].upper(), folder=folder)
    assert "found" == dry["status"]
    done = forgotten("--email", WORDS[0], "--yes", folder=folder)

    assert ("erased", {}, dry["found"]) == (done["status"], done["remains"], done["found"])
    for night in ("sync", "sync --full-refresh", "sync"):
        assert [] == text_with(one.warehouse, person.words)
        assert [] == list(files_with(folder, person.words))
        one.sandbox.move_clock(DAY)
        one.log_in()
        ended = ctct(*night.split(), "--json", folder=folder)
        assert 0 == ended.returncode
    assert [] == text_with(one.warehouse, person.words)
    assert [] == list(files_with(folder, person.words))
