"""What the load tool leaves behind of a load: rows go, what says that they were loaded stays."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.leftovers import KEPT_JOBS, SETTINGS, remove_loaded_rows, set_what_must_hold
from sources.constant_contact.memory import SIZES, memory

if TYPE_CHECKING:
    from pathlib import Path

OURS = "constant_contact"


def package(work_dir: Path, load_id: str, schema: str, *, stage: str = "loaded") -> Path:
    """A load package with a file of rows in each of its folders."""
    folder = work_dir / "load" / stage / load_id
    for name in KEPT_JOBS:
        (folder / name).mkdir(parents=True)
        (folder / name / "contacts.parquet").write_bytes(b"rows")
    (folder / "schema.json").write_text(schema)
    (folder / "package_completed.json").write_text("{}")
    return folder


def rows_in(folder: Path) -> int:
    return len(list(folder.glob("*/*.parquet")))


def test_rows_of_finished_packages_go_and_their_record_stays(tmp_path: Path) -> None:
    one, other = (package(tmp_path, load_id, json.dumps({"name": OURS})) for load_id in ("1.1", "2.2"))
    assert 8 == remove_loaded_rows(tmp_path, OURS)
    assert [0, 0] == [rows_in(one), rows_in(other)]
    assert (one / "schema.json").is_file()
    assert (other / "package_completed.json").is_file()
    assert 0 == remove_loaded_rows(tmp_path, OURS)


@pytest.mark.parametrize(
    "schema",
    ['{"name": "github"}', "{}", "[]", "null", "", "{", '{"name": null}'],
    ids=["another source", "no name", "a list", "null", "empty", "cut", "no text"],
)
def test_rows_that_are_not_known_to_be_ours_stay(tmp_path: Path, schema: str) -> None:
    """A folder may hold the packages of other sources."""
    folder = package(tmp_path, "1.1", schema)
    assert 0 == remove_loaded_rows(tmp_path, OURS)
    assert 4 == rows_in(folder)


def test_a_package_without_a_schema_stays(tmp_path: Path) -> None:
    folder = package(tmp_path, "1.1", "{}")
    (folder / "schema.json").unlink()
    assert 0 == remove_loaded_rows(tmp_path, OURS)
    assert 4 == rows_in(folder)


@pytest.mark.parametrize("stage", ["normalized", "new"])
def test_a_package_that_is_not_finished_is_left_alone(tmp_path: Path, stage: str) -> None:
    folder = package(tmp_path, "1.1", json.dumps({"name": OURS}), stage=stage)
    assert 0 == remove_loaded_rows(tmp_path, OURS)
    assert 4 == rows_in(folder)


def test_nothing_was_loaded_yet(tmp_path: Path) -> None:
    assert 0 == remove_loaded_rows(tmp_path / "none", OURS)


def test_the_load_tool_keeps_nothing_and_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody said so in the environment."""
    for name in SETTINGS:
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "true")
    set_what_must_hold()
    assert "true" == os.environ["LOAD__DELETE_COMPLETED_JOBS"]
    assert "true" == os.environ["RUNTIME__DLTHUB_TELEMETRY"]
    monkeypatch.delenv("RUNTIME__DLTHUB_TELEMETRY")
    set_what_must_hold()
    assert "false" == os.environ["RUNTIME__DLTHUB_TELEMETRY"]


def test_a_small_memory_is_smaller_in_everything() -> None:
    normal, small = memory("normal"), memory("small")
    for name in type(normal).__slots__:
        assert 0 < getattr(small, name) < getattr(normal, name)
    assert {"normal": normal, "small": small} == dict(SIZES)


@pytest.mark.parametrize("value", ["", "Normal", "large", "512", " small"])
def test_a_memory_that_there_is_not_is_a_sentence(value: str) -> None:
    with pytest.raises(ValueError, match="set it to normal or small") as caught:
        memory(value)
    assert f"memory is {value!r}; set it to normal or small" == str(caught.value)
