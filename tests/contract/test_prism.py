"""A second opinion: Prism serves the provider's contract, and judges our requests by it.

Needs the contract beside the checkout and Prism (npm `@stoplight/prism-cli`); CTCT_PRISM names its program
where it is not on the path. Six faults of the contract are corrected in a copy before it is served:

- Parameters of several values are declared as `string` with `format: csv`, which is no notion of Swagger 2
  (`collectionFormat` is), so that by the letter only one value would be allowed. They become csv arrays.
- The values that `include` of social profiles may have are declared for the array, not for what is in it.
- The example of a custom field's `choice_id` is `9A63BC`, its type integer. The example goes.
- The example ids in reports of a contact are shorter than the uuids that they are declared to be. They go.
- The example of `consent_action_time` has spaces, which no `date-time` has. It goes; a test of values reads that form.
- `last_refresh_time` of an activity's totals is a plain string, a `date-time` by its words and in its twin.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from contract.facts import CONTRACT, read_contract

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.connection import Connection
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.paging import split_rows
from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.rows import to_arrow
from tests.occurrences import number_occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact.catalogue import Endpoint, Table

PRISM = os.environ.get("CTCT_PRISM") or shutil.which("prism")
START_S = 60
EXPORT = "contact_export"
AN_ID = "8c2e1a3e-1b1c-4e5a-9a52-1a2b3c4d5e6f"
pytestmark = [
    pytest.mark.skipif(not CONTRACT.exists(), reason="the provider's contract is not beside the checkout"),
    pytest.mark.skipif(not PRISM, reason="Prism is not installed: npm install @stoplight/prism-cli"),
    pytest.mark.xdist_group("prism"),
]
REQUESTS = [
    pytest.param(of, path, id=f"{of.resource}{' by id' if path != of.path else ''}")
    for of in CATALOGUE.values()
    for path in (of.path, of.detail_path)
    if path and of.login == "account" and of.resource != EXPORT
]
"""Left out: a partner's requests, whose token is had by other means, and the file of an export, which is no JSON."""


def corrected(contract: dict[str, Any]) -> dict[str, Any]:
    """The contract with csv parameters said in Swagger 2, and with two slips of type put right."""
    for item in contract["paths"].values():
        for verb in item.values():
            for one in verb.get("parameters", ()) if isinstance(verb, dict) else ():
                if one.get("format") == "csv":
                    items = {"type": "string"} | ({"enum": one.pop("enum")} if "enum" in one else {})
                    one.update(type="array", collectionFormat="csv", items=items)
                    del one["format"]
                elif one.get("type") == "array" and "enum" in one:
                    one["items"]["enum"] = one.pop("enum")
    definitions = contract["definitions"]
    del definitions["CustomFieldChoice"]["properties"]["choice_id"]["example"]
    del definitions["HistoryDetails"]["properties"]["consent_action_time"]["example"]
    for name in ("ContactTrackingActivity", "ContactCampaignActivitiesSummary", "ContactOpenAndClickRates"):
        for one in definitions[name]["properties"].values():
            if one.get("format") == "uuid":
                one.pop("example", None)
    totals = definitions["CampaignActivityStatsResultGenericStatsEmailActivity"]
    totals["properties"]["last_refresh_time"]["format"] = "date-time"
    return contract


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prism that refuses what the contract does not allow."""
    folder = tmp_path_factory.mktemp("prism")
    served, log, port = folder / "contract.json", folder / "prism.log", free_port()
    contract = corrected(read_contract(CONTRACT))
    served.write_text(json.dumps(contract, default=lambda moment: moment.isoformat()), encoding="utf-8")
    command = [str(PRISM), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(served)]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            until = time.monotonic() + START_S
            while b"is listening" not in log.read_bytes():
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, f"Prism did not start within {START_S} s"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def client(prism: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Our client, pointed at Prism; one attempt each, so that a refusal is seen at once."""
    connection = Connection(
        base_url=prism,
        access_token="any",
        state_dir=tmp_path_factory.mktemp("state"),
        requests_per_second=1000,
        max_attempts=1,
    )
    with Client(connection) as made:
        yield made


def first_page(client: Client, of: Endpoint, path: str) -> list[dict[str, Any]]:
    """The rows that Prism answers to our request for the first page, or for one row by its id."""
    slots = {name: "14" if name == "segment_id" else AN_ID for name in named_slots(path)}
    if path == of.path:
        required = {of.after: "2026-01-31T00:00:00Z", of.before: "2026-02-28T00:00:00Z"}
        names = {"recent": (of.after,), "contact_report": (of.after, of.before)}.get(of.reads, ())
        since = {name: required[name] for name in names if name}
        ids = {of.ids_param: "14"} if of.ids_param else {}
        query = dict(of.query) | since | ids
        return split_rows(client.get_json(path.format(**slots), query), of.rows_key, path)[0]
    return [client.get_json(path.format(**slots), {})]


def named_slots(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]


@pytest.mark.parametrize(("of", "path"), REQUESTS)
def test_the_first_request_is_accepted(client, of, path):
    """
    Path, parameters and their values of each first request satisfy the contract, and rows come back.
    """
    assert first_page(client, of, path)


@pytest.mark.parametrize(("of", "path"), REQUESTS)
def test_each_field_of_the_answer_arrives(client, of, path):
    """Each field of the contract's own examples lands, with a value, in a declared column of a table."""
    rows = first_page(client, of, path)
    key_in_path = {name: AN_ID for name in of.table.key if name not in rows[0] and "id" in name}
    dated = {name: "2026-01-31" for name in of.table.key if name in {"counted_on", "read_on"}}
    if of.keys_only:
        rows = [{name: row[name] for name in of.table.key if name in row} for row in rows]
    numbered = number_occurrences(of, rows) if "occurrence" in of.table.column_names else rows
    tables = to_arrow(of, numbered, constants=key_in_path | dated)
    expected = {one.name: set(one.column_names) for one in of.tables}
    assert expected == {name: set(table.column_names) for name, table in tables.items()}
    missing = [
        f"{table.name}: {'.'.join(path)}"
        for table, path in landing_places(of, numbered)
        if not tables[table.name].num_rows
        or tables[table.name].column(column_at(table, path)).null_count == tables[table.name].num_rows
    ]
    assert missing == []


def test_a_wrong_request_is_refused(client):
    """Prism does judge: a page size above the contract's maximum is not accepted."""
    with pytest.raises(ApiError):
        client.get_json("/contacts", {"limit": "501"})


def landing_places(of: Endpoint, rows: list[dict[str, Any]]) -> Iterator[tuple[Table, tuple[str, ...]]]:
    """Each field with a value in the rows: the table that takes it, and its path below that table's row."""
    children = {child.from_: child for child in of.children if not child.within}

    def walk(
        table: Table, value: dict[str, Any], at: tuple[str, ...]
    ) -> Iterator[tuple[Table, tuple[str, ...]]]:
        for name, inner in value.items():
            here = (*at, name)
            child = children.get(here) if table is of.table else None
            if child is not None:
                for member in inner if child.kind == "objects" else ():
                    yield from walk(child, member, ())
                if child.kind == "values" and inner:
                    yield child, (child.key[-1],)
            elif isinstance(inner, dict) and here not in kept_whole(table):
                yield from walk(table, inner, here)
            elif inner not in (None, ""):
                yield table, here

    for row in rows:
        yield from walk(of.table, row, ())


def kept_whole(table: Table) -> set[tuple[str, ...]]:
    """Paths of objects that one column keeps as JSON."""
    return {column.source for column in table.columns if column.type == "json"}


def column_at(table: Table, path: tuple[str, ...]) -> str:
    """The declared column that is filled from `path`; a KeyError names the field that has none."""
    return {column.source: column.name for column in table.columns}[path]
