"""The warehouses that dbt_nights.py builds, once for all workers, as fixtures to be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from transforms.script_runs import run_script

SCRIPT = Path(__file__).with_name("dbt_nights.py")


@pytest.hookimpl(tryfirst=True)  # before the marks choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """dbt builds the warehouses for a minute and a half: who reads them is long, and together they cost it once."""
    for item in items:
        if item.path.parent == SCRIPT.parent and "nights" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.together)


Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder that dbt_nights.py fills; the first worker to come builds it."""
    own = tmp_path_factory.getbasetemp()
    work_dir = (own.parent if hasattr(request.config, "workerinput") else own) / "dbt_nights"
    with FileLock(f"{work_dir}.lock"):
        if not (work_dir / "odd.duckdb").exists():
            work_dir.mkdir(exist_ok=True)
            run_script(SCRIPT, work_dir, timeout_s=1800)
    return work_dir


def reader(path: Path) -> Rows:
    """Answers SQL in which a bare name is a mart."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("set schema = 'constant_contact_analytics'")
            return connection.execute(sql).fetchall()

    return rows


@pytest.fixture
def built(nights: Path) -> Rows:
    """The hand-written account with every model built and every dbt test passed."""
    return reader(nights / "built.duckdb")


@pytest.fixture
def stepped(nights: Path) -> Rows:
    """The same account one night later, every mart built again."""
    return reader(nights / "stepped.duckdb")


@pytest.fixture
def partial(nights: Path) -> Rows:
    """A warehouse that holds contacts, lists, sends and clicks only."""
    return reader(nights / "partial.duckdb")
