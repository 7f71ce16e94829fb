"""Two nights of one sample account into DuckDB and into PostgreSQL, as the command line loads and transforms them.

In a process of its own, because in pytest dbt's deprecation warnings would be errors and its settings global.
Usage: python two_nights.py <work dir>, with the checkout on PYTHONPATH; leaves duckdb.pickle, postgres.pickle (dataset
and table -> rows) and facts.json.
"""

import contextlib
import io
import json
import os
import pickle
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from postgres_server import postgres_server

from pipelines.constant_contact import commands
from pipelines.constant_contact.destinations.session import Answer
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.events import Event
from pipelines.constant_contact.questions import questions
from pipelines.constant_contact.request import SyncRequest
from pipelines.constant_contact.sync.run import sync
from pipelines.constant_contact.transform import run_transforms
from sources.constant_contact_sandbox import Sandbox, serve

RAW = "constant_contact"
DATASETS = (RAW, f"{RAW}_analytics", f"{RAW}_staging_models")
KINDS = ("duckdb", "postgres")
PREFIX = "SOURCES__CONSTANT_CONTACT__"
TEXTS = ("", "a", " ", "'", '"', "a,b\nc\td\\n", "é ✉ 𝄞", "null", "NULL", "\\N", "a\x00b")


def nothing(_event: Event) -> None:
    """No progress here."""


def configure(work_dir: Path, server: Any) -> None:
    os.environ.update(server.environment())
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        os.environ.pop(PREFIX + name, None)
    os.environ[f"{PREFIX}STATE_DIR"] = str(work_dir / "state")
    os.environ[f"{PREFIX}REQUESTS_PER_SECOND"] = "1000"
    os.environ["DESTINATION__DUCKDB__CREDENTIALS"] = str(work_dir / "account.duckdb")
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"


def night(work_dir: Path, kind: str, *, transform: bool) -> Warehouse:
    os.environ["DLT_DATA_DIR"] = str(work_dir / kind)
    target = Target(destination=kind)
    result = sync(SyncRequest(target=target, transform=transform), nothing)
    apart = [line for line in result.audit if not line.ok]
    assert ("complete", (), []) == (result.status, result.warnings, apart), result
    return Warehouse(target)


def contents(opened: Warehouse) -> dict[str, list[dict[str, object]]]:
    """Every table and view of the three datasets."""
    names = opened.query(
        "select table_schema as dataset, table_name as name from information_schema.tables"
        f" where table_schema in {DATASETS!r}"
    )
    return {
        f"{row['dataset']}.{row['name']}": opened.query(f'select * from {row["dataset"]}."{row["name"]}"')
        for row in names
    }


def texts(kind: str) -> list[object]:
    """Awkward texts, there and back; a NUL is where PostgreSQL must differ."""
    import dlt  # noqa: PLC0415 - after the environment is set

    opened = Warehouse(Target(destination=kind, dataset="texts"))
    rows = pa.table({"number": list(range(len(TEXTS) + 1)), "words": [*TEXTS, None]})
    opened.pipeline.run(dlt.resource([rows], name="texts", write_disposition="append"))
    return [
        row["words"] for row in opened.query(f"select words from {opened.qualified('texts')} order by number")
    ]


def second_machine(work_dir: Path, opened: Warehouse) -> str:
    """What a sync says that comes, with a folder of its own, while another one runs."""
    with opened.alone():
        os.environ["DLT_DATA_DIR"] = str(work_dir / "another_machine")
        try:
            with Warehouse(opened.target).alone():
                return "let in"
        except UserError as error:
            return str(error)
        finally:
            os.environ["DLT_DATA_DIR"] = str(work_dir / opened.target.destination)


def spoken(kind: str) -> dict[str, Any]:
    """`ctct status --json`, without what depends on the clock and the target."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        commands.status(Target(destination=kind), form="json", max_age=None)
    said = json.loads(out.getvalue())
    return {
        "tables": {table["name"]: table["rows"] for table in (*said["tables"], *said["marts"])},
        "runs": [run["status"] for run in said["runs"]],
        "audit": said["audit"]["counts"],
    }


def answers(opened: Warehouse) -> dict[str, list[dict[str, object]]]:
    """What the questions that come with the transforms answer, asked as `ctct sql --ask` asks."""
    with opened.session() as asked:
        found = {name: asked.ask(one.sql) for name, one in questions().items()}
        try:
            asked.ask("create table constant_contact.more (a int)")
        except UserError as refused:
            found["refused"] = Answer(columns=("words",), rows=[(str(refused),)])
    return {
        f"answers.{name}": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        for name, answer in found.items()
    }


def main(work_dir: Path) -> None:
    began = (datetime.now(UTC) - timedelta(days=10)).replace(microsecond=0)
    account = Sandbox(
        contacts=60, campaigns=4, requests_per_second=None, requests_per_day=None,
        start=began.isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
    facts: dict[str, Any] = {}
    with postgres_server() as server, serve(account) as api:
        configure(work_dir, api)
        os.environ.update(server.environment())
        os.environ["DESTINATION__POSTGRES__READ__CREDENTIALS"] = server.make_reader()
        for kind in KINDS:
            os.environ[f"{PREFIX}ACCESS_TOKEN"] = api.access_token
            opened = night(work_dir, kind, transform=False)
            run_transforms(
                destination=opened.dbt, dataset=RAW, work_dir=opened.work_dir / "transforms", listener=nothing,
                select=("+email_events",),
            )  # fmt: skip
        account.advance(days=3)
        os.environ[f"{PREFIX}ACCESS_TOKEN"] = account.tokens.valid_access_token(account.epoch)
        for kind in KINDS:
            opened = night(work_dir, kind, transform=True)
            facts[kind] = {
                "status": spoken(kind),
                "second_machine": second_machine(work_dir, opened),
                "texts": texts(kind),
            }
            commands.write_report(opened, work_dir / f"{kind}.html")
            (work_dir / f"{kind}.pickle").write_bytes(pickle.dumps(contents(opened) | answers(opened)))
    (work_dir / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
