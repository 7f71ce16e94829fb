"""Dagster: every raw table that dlt loads and every dbt model as an asset, in one graph, with their dependencies.

Install into the environment of ctct: `pip install 'dagster-dbt>=0.29' dagster-webserver`, then `dagster dev -f
dagster_assets.py` in the folder with `.dlt/`. Two steps run: the sync loads the raw tables, then ctct builds the marts,
only those whose raw tables changed, and renews the published copy and the report.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import constant_contact_pipeline
import dagster as dg
from dagster_dbt import build_dbt_asset_specs
from dbt.cli.main import dbtRunner

CTCT = Path(sys.executable).with_name("ctct")
FOLDER = Path(os.environ.get("CTCT_FOLDER", "."))
PROJECT = Path(constant_contact_pipeline.__file__).parent / "pipelines/constant_contact/transforms"
NOT_FINISHED = 75


def manifest() -> Mapping[str, Any]:
    """The dbt project as dbt describes it, which needs no warehouse."""
    written = FOLDER.resolve() / ".dagster-dbt"
    folders = {"project-dir": PROJECT, "profiles-dir": PROJECT, "target-path": written, "log-path": written}
    options = [word for name, folder in folders.items() for word in (f"--{name}", str(folder))]
    parsed = dbtRunner().invoke(["--quiet", "parse", *options])
    if parsed.exception is not None:
        raise parsed.exception
    described: Mapping[str, Any] = json.loads((written / "manifest.json").read_bytes())
    return described


MANIFEST = manifest()
RAW = [
    dg.AssetSpec([source["source_name"], source["name"]], group_name="raw", description=source["description"])
    for source in MANIFEST["sources"].values()
]
RAW_KEYS = {spec.key.path[-1]: spec.key for spec in RAW}


def with_its_raw_table(spec: dg.AssetSpec) -> dg.AssetSpec:
    """A staging model finds out when it runs whether its table is loaded, so dbt knows no dependency of it."""
    raw = RAW_KEYS.get(spec.key.path[-1].removeprefix("stg_"))
    is_staging = spec.key.path[-1].startswith("stg_")
    return spec.merge_attributes(deps=[raw]) if raw and is_staging else spec


MODELS = [with_its_raw_table(spec) for spec in build_dbt_asset_specs(manifest=MANIFEST)]
BEFORE = {spec.key: {dependency.asset_key for dependency in spec.deps} for spec in MODELS}
ORDER = list(TopologicalSorter(BEFORE).static_order())


def ctct(*words: str) -> subprocess.CompletedProcess[str]:
    """Progress and warnings go to the standard error of the step."""
    return subprocess.run([CTCT, *words], cwd=FOLDER, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603


@dg.multi_asset(specs=RAW, name="sync")
def sync(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Load the raw tables. Not finished: the step is tried again once the quota is new."""
    done = ctct("sync", "--no-transform", "--json")
    answer = json.loads(done.stdout or "{}")
    reason = answer.get("reason") or f"ctct ended with exit code {done.returncode}"
    if done.returncode == NOT_FINISHED:
        raise dg.RetryRequested(max_retries=20, seconds_to_wait=seconds_until(answer.get("resume_after")))
    if done.returncode:
        raise dg.Failure(reason, allow_retries=False)
    for spec in RAW:
        yield dg.MaterializeResult(
            asset_key=spec.key, metadata={"rows loaded": answer["rows"].get(spec.key.path[-1], 0)}
        )
    context.log.info("%s requests", answer["requests"]["sent"])


@dg.multi_asset(specs=MODELS, name="marts")
def marts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Build and test what follows from the changed raw tables."""
    if code := ctct("transform").returncode:
        raise dg.Failure(
            f"ctct transform ended with exit code {code}; its sentences are in the log of the step"
        )
    for key in ORDER:
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)


def seconds_until(after: str | None) -> float:
    """Until the quota is new; a quarter of an hour where the warehouse was in use."""
    return max(60.0, dt.datetime.fromisoformat(after).timestamp() - time.time()) if after else 900.0


@dg.op
def check_freshness() -> None:
    """A sync that never ran cannot report itself."""
    if ctct("status", "--max-age", "26h", "--notify").returncode:
        raise dg.Failure("the data is stale or cannot be read; see the log of the step")


@dg.job
def constant_contact_freshness() -> None:
    """The check alone."""
    check_freshness()


night = dg.define_asset_job("constant_contact", selection=dg.AssetSelection.assets(sync, marts))
defs = dg.Definitions(
    assets=[sync, marts],
    jobs=[night, constant_contact_freshness],
    schedules=[
        dg.ScheduleDefinition(job=night, cron_schedule="30 3 * * *", execution_timezone="UTC"),
        dg.ScheduleDefinition(
            job=constant_contact_freshness, cron_schedule="30 7 * * *", execution_timezone="UTC"
        ),
    ],
)
