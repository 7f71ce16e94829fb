"""What a run is held against, each a process: `python -m tests.benchmarks.peers NAME ARGUMENTS`.

read_json FILE       DuckDB reads newline-delimited rows into one table: the limit on a machine, without HTTP or keys
library RESOURCES    the README's library call
rest_api [FORMAT]    dlt's own REST source with the same merge; FORMAT of its files: dlt's own choice, or parquet
raw_merge FILE N     DuckDB's own delete and insert of N contacts with their children, in a warehouse that is loaded:
                     the seconds until the commit, and until the file is closed, which writes it
night                a sync that tells of its requests, commits and last answer
empty_pipeline       imports dlt, and loads 30 tables without rows
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INCLUDE = "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes,sms_channel"


def read_json(file: str) -> None:
    import duckdb  # noqa: PLC0415 - each of these is a process that imports what it needs

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/made.duckdb") as connection:
        connection.execute(
            f"create table rows as select * from read_json('{file}', format = 'newline_delimited')"
        )


def library(*resources: str) -> None:
    import dlt  # noqa: PLC0415

    from sources.constant_contact import constant_contact  # noqa: PLC0415

    pipeline = dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact")
    pipeline.run(constant_contact().with_resources(*resources))


def rest_api(file_format: Any = None) -> None:
    import dlt  # noqa: PLC0415
    from dlt.sources.rest_api import rest_api_source  # noqa: PLC0415

    address = os.environ["SOURCES__CONSTANT_CONTACT__BASE_URL"]
    contacts: Any = {
        "name": "contacts",
        "primary_key": "contact_id",
        "write_disposition": "merge",
        "endpoint": {
            "path": "contacts",
            "params": {"status": "all", "limit": 500, "include": INCLUDE},
            "data_selector": "contacts",
            "paginator": {"type": "json_link", "next_url_path": "_links.next.href"},
        },
    }
    source = rest_api_source({"client": {"base_url": f"{address}/"}, "resources": [contacts]})
    pipeline = dlt.pipeline("peer", destination="duckdb", dataset_name="peer")
    pipeline.run(source, loader_file_format=file_format)


def raw_merge(file: str, count: str) -> None:
    """The rows to merge are made beforehand; reading them from Arrow or parquet costs next to nothing."""
    import duckdb  # noqa: PLC0415

    with duckdb.connect(file) as connection:
        connection.execute("set schema = 'constant_contact'")
        connection.execute(f"create temp table ids as select contact_id from contacts limit {count}")
        named = "select table_name from information_schema.columns where column_name = 'contact_id'"
        found = f"{named} and table_schema = 'constant_contact' and starts_with(table_name, 'contacts')"
        names = [name for (name,) in connection.execute(found).fetchall() if not name.endswith("_history")]
        for name in names:
            connection.execute(
                f"create temp table new_{name} as select * from {name} where contact_id in (from ids)"
            )
        began = time.monotonic()
        connection.execute("begin transaction")
        for name in names:
            connection.execute(f"delete from {name} where contact_id in (from ids)")
            connection.execute(f"insert into {name} from new_{name}")
        connection.execute("commit")
        committed = time.monotonic()
    print(json.dumps({"seconds": committed - began, "closed": time.monotonic() - began}))


def night() -> None:
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415
    from pipelines.constant_contact.events import GroupLoaded, PageRead  # noqa: PLC0415
    from pipelines.constant_contact.request import SyncRequest  # noqa: PLC0415
    from pipelines.constant_contact.sync.run import sync  # noqa: PLC0415

    pages: list[float] = []
    commits: list[tuple[float, float]] = []

    def heard(event: object) -> None:
        if isinstance(event, PageRead) and event.requests:
            pages.append(time.monotonic())
        elif isinstance(event, GroupLoaded):
            commits.append((time.monotonic(), event.seconds))

    requests = sync(SyncRequest(target=Target(), transform=False), heard).requests_sent
    told = {
        "requests": requests,
        "requests_per_s": (requests - 1) / (pages[-1] - pages[0]),
        "commits": len(commits),
        "commit_s": sum(seconds for _, seconds in commits) / len(commits),
        "tail_s": max(0.0, commits[-1][0] - pages[-1]),
    }
    print(json.dumps(told))


def empty_pipeline() -> None:
    import dlt  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    def rows() -> Iterator[pa.Table]:
        yield pa.schema([pa.field("id", pa.string(), nullable=False)]).empty_table()

    @dlt.source(name="empty", max_table_nesting=0)
    def source() -> Iterator[Any]:
        for number in range(30):
            yield dlt.resource(rows, name=f"table_{number}", write_disposition="merge", primary_key="id")

    dlt.pipeline("empty", destination="duckdb", dataset_name="empty").run(source())


PEERS: dict[str, Callable[..., None]] = {
    each.__name__: each for each in (read_json, library, rest_api, raw_merge, night, empty_pipeline)
}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    PEERS[sys.argv[1]](*sys.argv[2:])
