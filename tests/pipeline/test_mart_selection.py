"""Which marts a build selects: by what changed of their inputs, and everything wherever that is not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.mart_changes import Inputs, selection, staged_tables
from pipelines.constant_contact.questions import question, questions
from pipelines.constant_contact.transform import model_names

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {"account": "1 a", "contacts": "5 b", "email_opens": "9 c"}
BEFORE = Inputs(project="p", tables=TABLES)


def now(**changes: str) -> Inputs:
    return Inputs(project="p", tables=TABLES | changes)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(BEFORE, now(), (), id="nothing changed"),
        pytest.param(BEFORE, now(contacts="6 b"), ("stg_contacts+",), id="a table"),
        pytest.param(
            BEFORE, now(email_opens="9 d", contacts="5 x"), ("stg_contacts+", "stg_email_opens+"), id="two, by name"
        ),
        pytest.param(BEFORE, now(account="1 b"), None, id="what stands in all compiled SQL"),
        pytest.param(BEFORE, now(account="1 b", contacts="6 b"), None, id="that and a table"),
        pytest.param(BEFORE, now(events="1 e"), None, id="a table more"),
        pytest.param(
            BEFORE, Inputs(project="p", tables={"account": "1 a", "contacts": "5 b"}), None, id="a table less"
        ),
        pytest.param(BEFORE, Inputs(project="q", tables=TABLES), None, id="another project"),
        pytest.param(None, now(), None, id="no record of a build"),
        pytest.param(Inputs(project="p", tables={}), Inputs(project="p", tables={}), (), id="nothing is loaded"),
    ],
)  # fmt: skip
def test_what_a_build_selects(before: Inputs | None, after: Inputs, expected: tuple[str, ...] | None) -> None:
    """Empty: nothing; None: everything. Tables beside the marts are nobody's concern."""
    assert expected == selection(before, after, present=[*model_names(), "somebody_s_own"])


def test_a_mart_that_is_missing_is_built_with_all_others() -> None:
    """Somebody dropped it."""
    present = list(model_names())
    for missing in (present[0], present[-1]):
        assert selection(BEFORE, now(), present=[name for name in present if name != missing]) is None
    assert selection(BEFORE, now(), present=()) is None


def test_staged_tables_are_those_with_a_staging_model(tmp_path: Path) -> None:
    """By the names of the files, sorted."""
    folder = tmp_path / "models" / "staging"
    folder.mkdir(parents=True)
    for name in ("stg_b.sql", "stg_a.sql", "stg_c.yml", "other.sql", "base_stg_d.sql"):
        (folder / name).write_text("")
    assert ("a", "b") == staged_tables(tmp_path)
    assert {"contacts", "email_opens", "account"} <= set(staged_tables())


def test_a_question_is_read_from_its_file(tmp_path: Path) -> None:
    """What it asks, how to read the answer, and SQL with the names of marts and the values of settings."""
    (tmp_path / "analyses").mkdir()
    (tmp_path / "dbt_project.yml").write_text("vars:\n  days: 90\n  share: 5\n")
    (tmp_path / "analyses" / "who.sql").write_text(
        "-- Who?\n-- Read it so.\n\nselect * from {{ ref('contacts') }} where n > {{ var('days') }}\n\n"
    )
    (tmp_path / "analyses" / "notes.md").write_text("not a question")
    [found] = questions(tmp_path).values()
    assert ("who", "Who?", "Read it so.") == (found.name, found.asks, found.note)
    assert "select * from contacts where n > 90" == found.sql


@pytest.mark.parametrize("name", list(questions()))
def test_each_question_is_whole(name: str) -> None:
    """Nothing of dbt is left in it, and both its sentences are there."""
    found = question(name)
    assert "{" not in found.sql
    assert found.asks
    assert found.note
    assert not found.asks.startswith("-")
    assert not found.note.startswith("-")


def test_a_question_that_there_is_not_is_named_with_those_that_are() -> None:
    with pytest.raises(UserError) as caught:
        question("nonsense")
    assert f"there is no question 'nonsense'; choose from {', '.join(questions())}" == str(caught.value)
