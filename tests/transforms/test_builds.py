"""What a build leaves behind: on partial data, on a second night, after a full refresh."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Rows = Callable[[str], list[tuple[Any, ...]]]

SCRIPT = Path(__file__).with_name("dbt_nights.py")
MARTS = Path(__file__).parents[2] / "transforms" / "models" / "marts"


def reader(path: Path) -> Rows:
    """Answers SQL in which a bare name is a mart."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("set schema = 'constant_contact_analytics'")
            return connection.execute(sql).fetchall()

    return rows


def test_marts_alone_stand_in_the_analytics_dataset(built: Rows) -> None:
    """
    Whoever browses the analytics dataset sees the marts and nothing else.
    """
    expected = sorted(path.stem for path in MARTS.glob("*.sql"))
    seen = built(
        "select table_name from information_schema.tables"
        " where table_schema = 'constant_contact_analytics' order by 1"
    )
    assert expected == [name for (name,) in seen]


def test_the_loaders_staging_dataset_is_left_alone(built: Rows) -> None:
    """
    Staging views have a dataset of their own, not the one in which the loader stages rows.
    """
    expected = [("constant_contact",), ("constant_contact_analytics",), ("constant_contact_staging_models",)]
    assert expected == built("select distinct table_schema from information_schema.tables order by 1")


def test_a_sync_of_contacts_and_lists_alone_has_marts(partial: Rows) -> None:
    """
    Missing raw tables give empty marts, and null where nothing was counted.
    """
    assert [(6, 0, 0)] == partial("select count(*), count(lifetime_sends), count(recency_tier) from contacts")
    assert [(3, 0)] == partial("select count(*), count(members) from lists")
    assert [(0,)] == partial("select count(*) from campaign_activities")
    assert [(0,)] == partial("select count(*) from campaigns")


def test_events_brought_up_to_date_equal_events_built_anew(stepped: Rows, refreshed: Rows) -> None:
    """
    Late, re-read and vanished events leave the same rows in steps as in a full refresh.
    """
    everything = "select * from email_events order by event_id"
    assert refreshed(everything) == stepped(everything)


def test_random_nights_in_steps_equal_a_full_refresh(random_stepped: Rows, random_refreshed: Rows) -> None:
    """
    Nights of new, late, re-read and vanished events leave the same rows in steps as all at once.
    """
    everything = "select * from email_events order by event_id"
    assert random_refreshed(everything) == random_stepped(everything)
    assert len(random_stepped(everything)) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_random_nights_in_steps_equal_a_full_refresh(tmp_path: Path, seed: int) -> None:
    """
    So do ten nights.
    """
    command = [sys.executable, "-W", "ignore", str(SCRIPT), str(tmp_path), "10", str(seed)]
    subprocess.run(command, check=True, timeout=600)
    stepped, refreshed = (reader(tmp_path / f"random_{how}.duckdb") for how in ("stepped", "refreshed"))
    everything = "select * from email_events order by event_id"
    assert refreshed(everything) == stepped(everything)


def test_a_late_open_takes_over_the_first_place(stepped: Rows) -> None:
    """
    An open that arrives a night late but happened first becomes the first open of its recipient.
    """
    opens = stepped(
        "select device_type, event_number from email_events"
        " where contact_id = 'ada' and event_type = 'open' order by 2"
    )
    assert [("tablet", 1), ("computer", 2), ("mobile", 3)] == opens


def test_events_that_vanished_from_the_raw_tables_are_gone(stepped: Rows) -> None:
    """
    A link's clicks and a whole activity that the raw tables no longer hold do not linger.
    """
    assert [(0,)] == stepped(
        "select count(*) from email_events where url_id = '12' or campaign_activity_id = 'spring-2'"
    )
