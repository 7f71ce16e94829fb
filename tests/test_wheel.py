"""The wheel in an environment of its own, outside the checkout: what a person gets who never sees this folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Standard output; a failure shows everything that was said."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution rather than from the checkout."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", out, ROOT, cwd=out)
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and what it needs."""
    place = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", place, cwd=place)
    run(place / "bin" / "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=place)
    return place / "bin"


def test_the_wheel_holds_the_transforms_and_nothing_that_a_run_left(wheel):
    """Every file of the dbt project travels with the wheel, the tests and dbt's own output do not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = "constant_contact_pipeline/pipelines/constant_contact/transforms/"
    listed = run("git", "ls-files", "transforms", cwd=ROOT).split() if (ROOT / ".git").exists() else []
    expected = {inside + name.removeprefix("transforms/") for name in listed}
    assert expected <= names
    assert f"{inside}dbt_project.yml" in names
    assert [name for name in names if name.startswith(("tests/", f"{inside}target", f"{inside}logs"))] == []


def test_the_demo_works_from_the_wheel(installed, tmp_path):
    """In an empty folder, `ctct demo` loads a warehouse, builds the marts and writes the report."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    said = run(installed / "ctct", "demo", "--contacts", "300", "--campaigns", "4", cwd=tmp_path, env=clean)
    assert "campaigns" in said
    assert (tmp_path / "ctct-demo" / "report.html").stat().st_size > 0
    question = "import duckdb; print(duckdb.connect('ctct-demo/ctct.duckdb').sql(%r).fetchone()[0])"
    counted = question % "select count(*) from constant_contact_analytics.contacts"
    assert int(run(installed / "python", "-c", counted, cwd=tmp_path, env=clean)) >= 300


def test_the_wheel_takes_no_name_but_its_own(wheel):
    """One package and its metadata: `sources` and `pipelines` belong to whoever has a dlt project."""
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {"constant_contact_pipeline"} == {top for top in tops if not top.endswith(".dist-info")}


def test_both_imports_and_the_command_work_inside_a_dlt_project(installed, tmp_path):
    """In a folder with packages named `sources` and `pipelines`, as dlt's verified sources have."""
    for name in ("sources", "pipelines"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    asked = (
        "import sources, pipelines; from constant_contact_pipeline import constant_contact, postgres_destination; "
        "print(constant_contact().name, postgres_destination().destination_name)"
    )
    assert "constant_contact postgres" == run(installed / "python", "-c", asked, cwd=tmp_path).strip()
    run(installed / "ctct", "demo", "--contacts", "50", "--campaigns", "2", cwd=tmp_path)
    assert (tmp_path / "ctct-demo" / "report.html").stat().st_size > 0
