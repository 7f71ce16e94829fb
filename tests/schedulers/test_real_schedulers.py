"""Each file for another scheduler, taken by that scheduler itself: run against the sandbox, or linted.

The schedulers are installed in environments of their own, which takes minutes and a package registry.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "docs" / "schedulers"
UV = "uv==0.13.8"
"""Resolves the hundreds of packages of a scheduler in seconds."""
PINNED = "rules:\n  unpinned-uses:\n    config:\n      policies:\n        actions/*: ref-pin\n"
"""GitHub's own actions by their version, as its documentation does."""
MATERIALISE = """
import json, dagster, dagster_assets
with dagster.DagsterInstance.get() as instance:
    ran = dagster_assets.defs.resolve_job_def("constant_contact").execute_in_process(instance=instance)
keys = dagster_assets.defs.resolve_asset_graph()
done = [event.asset_key.to_user_string() for event in ran.get_asset_materialization_events()]
name = lambda key: key.to_user_string()
before = {name(key): sorted(map(name, keys.get(key).parent_keys)) for key in keys.get_all_asset_keys()}
print(json.dumps({"assets": list(before), "before": before, "materialised": done}))
"""
"""Runs the nightly job in one process; what is in the graph, and what was made."""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schedulers")]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None, code: int = 0) -> str:
    """All that was said."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == code, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def with_packages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes an environment with these packages; the folder of its programs."""
    folder = tmp_path_factory.mktemp("environments")
    run(sys.executable, "-m", "venv", "uv", cwd=folder)
    run("uv/bin/pip", "install", "-q", UV, cwd=folder)
    certificates = {"SSL_CERT_FILE": os.environ["PIP_CERT"]} if "PIP_CERT" in os.environ else {}

    def install(name: str, *packages: str | Path) -> Path:
        run(sys.executable, "-m", "venv", "--without-pip", name, cwd=folder)
        programs = folder / name / "bin"
        install = ("uv/bin/uv", "pip", "install", "-q", "--python", programs / "python", *packages)
        run(*install, cwd=folder, env={**os.environ, **certificates})
        return programs

    return install


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a scheduler on a machine with an account: `ctct`, its folder, the sandbox."""
    ctct = tmp_path / "ctct"
    ctct.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m pipelines.constant_contact.cli "$@"\n'
    )
    ctct.chmod(0o755)
    with serve(Sandbox(contacts=40, campaigns=2, requests_per_second=None, requests_per_day=None)) as server:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "CTCT": str(ctct),
            "CTCT_FOLDER": str(tmp_path),
            **server.environment(),
            "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(tmp_path / "state"),
            "DLT_DATA_DIR": str(tmp_path / "dlt"),
        }


def counted(tmp_path: Path, table: str) -> int:
    with duckdb.connect(str(tmp_path / "ctct.duckdb"), read_only=True) as warehouse:
        [(rows,)] = warehouse.execute(f"select count(*) from {table}").fetchall()
    return int(rows)


def test_airflow(with_packages: Callable[..., Path], place: dict[str, str], tmp_path: Path) -> None:
    """Both DAGs are taken without an error and run: the warehouse is there, and fresh."""
    programs = with_packages("airflow", "apache-airflow==3.3.2")
    env = place | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(FILES),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "PATH": f"{programs}:{place['PATH']}",
    }
    run(programs / "airflow", "db", "migrate", cwd=tmp_path, env=env)
    for dag in ("constant_contact", "constant_contact_freshness"):
        said = run(programs / "airflow", "dags", "test", dag, cwd=tmp_path, env=env)
        assert "state=success" in said
    assert counted(tmp_path, "constant_contact_analytics.contacts") > 0


def test_prefect(with_packages: Callable[..., Path], place: dict[str, str], tmp_path: Path) -> None:
    """The flows run, and a flow that the quota stops ends well and says when it goes on."""
    programs = with_packages("prefect", "prefect==3.9.1")
    env = place | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "200",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PYTHONPATH": str(FILES),
    }
    flows = "from prefect_flow import *; constant_contact(); constant_contact_freshness()"
    run(programs / "python", "-c", flows, cwd=tmp_path, env=env)
    assert counted(tmp_path, "constant_contact_analytics.contacts") > 0
    little = env | {"SOURCES__CONSTANT_CONTACT__REQUESTS_PER_DAY": "1"}
    said = run(
        programs / "python", "-c", "from prefect_flow import *; constant_contact()", cwd=tmp_path, env=little
    )
    assert "not finished" in said


def test_dagster(with_packages: Callable[..., Path], place: dict[str, str], tmp_path: Path) -> None:
    """Raw tables and models are one graph, and every asset of it is materialised."""
    packages = ("dagster==1.13.27", "dagster-dbt==0.29.27")
    programs = with_packages("dagster", "-c", ROOT / "constraints.txt", ROOT, *packages)
    env = place | {
        "DAGSTER_HOME": str(tmp_path),
        "PATH": f"{programs}:{place['PATH']}",
        "PYTHONPATH": str(FILES),
    }
    told = json.loads(run(programs / "python", "-c", MATERIALISE, cwd=tmp_path, env=env).splitlines()[-1])
    assert set(told["assets"]) == set(told["materialised"])
    assert ["constant_contact/contacts"] == told["before"]["staging_models/stg_contacts"]
    staging = {
        name: before for name, before in told["before"].items() if name.startswith("staging_models/stg_")
    }
    assert [] == [name for name, before in staging.items() if not before]
    assert counted(tmp_path, "constant_contact_analytics.contacts") > 0
    freshness = ("job", "execute", "-f", str(FILES / "dagster_assets.py"), "-j", "constant_contact_freshness")
    run(programs / "dagster", *freshness, cwd=tmp_path, env=env)


def test_github_actions_and_kubernetes(with_packages: Callable[..., Path], tmp_path: Path) -> None:
    """By the schema of workflows, by an audit of their security, and by the schemas of Kubernetes."""
    programs = with_packages(
        "lint", "check-jsonschema==0.39.0", "zizmor==1.32.0", "kubernetes-validate==1.37.0"
    )
    workflow, manifests = FILES / "github-actions.yml", FILES / "kubernetes.yaml"
    (tmp_path / "zizmor.yml").write_text(PINNED)
    run(programs / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow, cwd=tmp_path)
    run(programs / "zizmor", "--offline", "--config", "zizmor.yml", workflow, cwd=tmp_path)
    run(programs / "kubernetes-validate", "--strict", manifests, cwd=tmp_path)
