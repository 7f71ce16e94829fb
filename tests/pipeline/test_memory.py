"""The setting `memory`: how much a run holds at once, and that it changes no row."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa
import pytest

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.request import load_settings
from pipelines.constant_contact.sync.groups import FEWEST_NEW_ROWS, FEWEST_ROWS, Groups
from sources.constant_contact.batches import Batch, Group
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.memory import SIZES
from sources.constant_contact.rows import to_arrow
from sources.constant_contact.source import loaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TAGS = endpoint("contact_tags")


def rows(count: int) -> Batch:
    tables = to_arrow(TAGS, [{"tag_id": f"t{number}"} for number in range(count)])
    return Batch(resource="contact_tags", tables=tables, requests=1)


def test_a_size_that_there_is_not_is_a_sentence(account: Callable[..., Any]) -> None:
    """What is wrong, and what may be set."""
    account().configure(memory="tiny")
    with pytest.raises(UserError, match="memory is 'tiny'; set it to normal or small"):
        load_settings()


@pytest.mark.parametrize("held_s", [0.001, 3.0, 60.0])
def test_a_group_has_as_many_rows_as_are_loaded_in_time(held_s: float) -> None:
    """More after a quick commit, fewer after a slow one, within the bounds of the size."""
    sizes = {}
    for name, size in SIZES.items():
        groups = Groups(10_000, size)
        groups.took(FEWEST_ROWS, held_s)
        batches = [rows(FEWEST_ROWS)] * 30
        sizes[name] = next(groups.of(batches, lambda _batch: None)).rows
    at_most = {name: size.rows_per_commit for name, size in SIZES.items()}
    expected = FEWEST_ROWS if held_s > 1 else None
    assert sizes == {name: expected or most for name, most in at_most.items()}


def test_a_first_read_commits_many_rows_on_a_slow_machine_too() -> None:
    """Within what the size allows."""
    sizes = {}
    for name, size in SIZES.items():
        groups = Groups(10_000, size)
        groups.took(FEWEST_ROWS, 60.0, new=True)
        batches = [rows(FEWEST_ROWS)] * 30
        sizes[name] = next(groups.of(batches, lambda _batch: None)).rows
    assert sizes == {name: min(FEWEST_NEW_ROWS, size.rows_per_commit) for name, size in SIZES.items()}


def test_of_rows_that_are_in_files_none_stays_in_memory(tmp_path: Path) -> None:
    """While the database loads them, and without the collector of garbage, which comes when it likes."""
    pipeline = dlt.pipeline("held", destination="duckdb", pipelines_dir=str(tmp_path))
    before = pa.total_allocated_bytes()
    group = Group(batches=[rows(50_000)])
    tables = group.tables()
    held = pa.total_allocated_bytes() - before
    gc.disable()
    try:
        group.let_go()
        pipeline.extract(loaded(tables, ()))
        left = pa.total_allocated_bytes() - before
    finally:
        gc.enable()
    assert (1, True) == (group.requests, left < held / 100)


@pytest.mark.long
def test_a_small_run_loads_the_same_rows(account: Callable[..., Any]) -> None:
    """Every table, in a first night and in one with changes."""
    one = account()
    one.configure(memory="small")
    one.complete_night()
    one.sandbox.change_contact(3, first_name="Zoë")
    one.complete_night()
    assert [] == one.differences()
