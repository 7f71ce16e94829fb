"""A fuzz of rows on PostgreSQL, see `row_fuzz`."""

from __future__ import annotations

import itertools
import sys
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from postgres_server import binaries, postgres_server
from row_fuzz import rounds
from served_rows import changed_rows

if TYPE_CHECKING:
    from postgres_server import PostgresServer


@pytest.mark.long
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_times_at_the_ends_are_read_again_on_a_server_of_any_zone(
    account: Any, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """The first and the last second are loaded, and the next run reads them, wherever the server is."""
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415 - dlt takes two seconds

    def change(rows: list[Any]) -> None:
        for row, at in zip(rows, itertools.cycle(("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"))):
            row["created_at"] = at

    with postgres_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        asked(server, "public", f"alter database postgres set timezone to '{zone}'")
        one = account(contacts=10, campaigns=1)
        for path in ("/contact_lists", "/contacts", "/emails"):
            with changed_rows(one.sandbox, change, path):
                for _ in range(2):
                    result = one.complete_night(target=Target(destination="postgres"))
                    assert [] == [line for line in result.audit if not line.ok]


@pytest.mark.slow
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
def test_two_hundred_mutations_cost_only_themselves_on_postgresql(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same there, whose own limits are others."""
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415 - dlt takes two seconds

    with postgres_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        datasets = (f"round{number}" for number in itertools.count())

        def there(**arguments: Any) -> Any:
            one = account(**arguments)
            one.dataset = next(datasets)
            one.query = lambda sql: asked(server, one.dataset, sql)
            one.night = partial(one.night, target=Target(destination="postgres", dataset=one.dataset))
            return one

        sys.stdout.write(rounds(there, "postgres", 200))


def asked(server: PostgresServer, dataset: str, sql: str) -> list[dict[str, Any]]:
    """Rows of one statement about a dataset."""
    import psycopg2  # noqa: PLC0415 - an extra

    options = f"-c search_path={dataset} -c timezone=UTC"
    with closing(psycopg2.connect(server.url, options=options)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(sql.replace("'constant_contact'", f"'{dataset}'"))
        if cursor.description is None:
            return []
        return [dict(zip((column[0] for column in cursor.description), row, strict=True)) for row in cursor]
