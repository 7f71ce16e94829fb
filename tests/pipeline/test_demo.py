"""`ctct demo`: its own account and folder, whatever is configured where it is started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import child_runs
import duckdb
import pytest
from ctct_calls import ctct

from pipelines.constant_contact import demo
from pipelines.constant_contact.errors import RunFailed

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """[sources.constant_contact]
base_url = "http://127.0.0.1:1/v3"
profile = "shop"
publish = "published.duckdb"
report = "nightly.html"
requests_per_commit = 0
exclude_columns = ["contacts.first_name"]
"""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a person's own settings."""
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(
        "PYTHONPATH", str(ROOT)
    )  # of the sample account's process, which this folder tells nothing
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__ACCESS_TOKEN", "of-a-real-account")
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__REPORT", str(tmp_path / "nightly.html"))
    for name in ("DESTINATION__DUCKDB__CREDENTIALS", "DLT_DATA_DIR"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # the demo sets them for its process
    return tmp_path


@pytest.mark.parametrize(("words", "profile"), [((), "default"), (("--profile", "acme"), "acme")])
def test_nothing_that_is_configured_counts(
    configured: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], profile: str
) -> None:
    """No output that real runs leave is written over by the sample; a profile has its own dataset."""
    asked: list[Any] = []

    def first_night(request: Any, _: Any, own: Any) -> None:
        asked.extend((request.target, own))
        raise RunFailed("the first night is enough")

    monkeypatch.setattr(demo, "sync", first_night)
    code, _, said = ctct("demo", "--contacts", "5", "--campaigns", "1", *words)
    assert (1, "ctct: the first night is enough") == (code, said.strip())
    target, own = asked
    dataset = "constant_contact" if profile == "default" else f"constant_contact_{profile}"
    assert (profile, profile, dataset) == (target.profile, own.profile, target.dataset)
    assert (None, None, None, None) == (own.publish, own.report, own.access_token, own.exclude_columns)
    assert str(configured / "ctct-demo" / "state") == own.state_dir


@pytest.mark.long
def test_a_demo_of_a_profile(tmp_path: Path) -> None:
    """Tables and marts are in the profile's dataset, and the three questions are answered from there."""
    ran = child_runs.ctct(
        "demo",
        "--contacts",
        "20",
        "--campaigns",
        "2",
        "--profile",
        "acme",
        folder=tmp_path,
        environment={"PYTHONPATH": str(ROOT)},
    )
    assert 0 == ran.returncode, ran.stderr
    assert "from constant_contact_acme_analytics.domains" in ran.stdout
    assert "ctct status --profile acme" in ran.stdout
    with duckdb.connect(str(tmp_path / "ctct-demo" / "ctct.duckdb"), read_only=True) as warehouse:
        found = warehouse.sql("select distinct table_schema from information_schema.tables").fetchall()
    assert {"constant_contact_acme", "constant_contact_acme_analytics"} <= {name for (name,) in found}
    assert "constant_contact" not in {name for (name,) in found}
