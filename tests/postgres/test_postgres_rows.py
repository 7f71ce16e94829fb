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

if TYPE_CHECKING:
    from postgres_server import PostgresServer


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

    with closing(psycopg2.connect(server.url, options=f"-c search_path={dataset}")) as connection:
        cursor = connection.cursor()
        cursor.execute(sql.replace("'constant_contact'", f"'{dataset}'"))
        return [dict(zip((column[0] for column in cursor.description), row, strict=True)) for row in cursor]
