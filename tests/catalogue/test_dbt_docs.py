"""What dbt says of raw tables and staging models is the catalogue's, and the committed files say it."""

import pytest
from generated import COMMAND, GENERATED, committed

from sources.constant_contact.catalogue import tables
from tests.dbt_docs import (
    END_OF_MARTS,
    END_OF_RAW_ACCESS,
    MARTS,
    RAW_ACCESS,
    exposures_written_into,
    marts_written_into,
    raw_access_written_into,
    sources_written_into,
    staging_written_into,
)

STAGING = "version: 2\n\nmodels:\n"
DEFINITIONS = "{% docs list_id %}Key of the list.{% enddocs %}\n{% docs valid_from %}Start.{% enddocs %}\n"
LISTS = """-- one row per list_id
with

final as (

    select
        list_id,
        favorite as is_favorite
    from source

)

select * from final
"""
LISTS_ENTRY = """  - name: stg_contact_lists
    description: "One row per list_id: raw table `contact_lists`, renamed and cast."
    data_tests:
      - grain:
          arguments:
            columns: [list_id]
    columns:
      - name: list_id
        description: "{{ doc('list_id') }}"
      - name: is_favorite
        description: "Whether the owner marked it as a favourite."
"""


def staged(name: str, sql: str) -> str:
    """The entry of one model."""
    return staging_written_into(STAGING, models={name: sql}, definitions=DEFINITIONS).removeprefix(STAGING)


@pytest.mark.parametrize("name", GENERATED)
def test_the_committed_file_is_what_the_catalogue_writes(name):
    """README, sources and staging say what the catalogue says today."""
    text = committed(name)
    assert GENERATED[name](text) == text, f"{name} differs from the catalogue: run `{COMMAND}` and commit it."


def test_a_staging_model_casts_to_the_type_of_the_catalogue():
    """A type that the macros do not know, or another one than the catalogue's, is named with the right one."""
    sql = LISTS.replace(
        "final as",
        "source as (\n\n    {{ raw_table('contact_lists', {\n        'favorite': 'bool',\n    }) }}\n\n),\n\nfinal as",
    )
    with pytest.raises(ValueError, match="favorite is a bool, which raw_table calls boolean, not bool"):
        staged("stg_contact_lists", sql)


def test_a_raw_table_has_its_grain_its_key_and_its_columns():
    """A source's entry names grain, key and columns, with a type where it is not text."""
    entry = """      - name: account_privileges
        description: "One row per privilege of the authorised user. Key: privilege_id."
        columns:
          - name: privilege_id
            description: "Id of the privilege; a number in the API, text here as all ids."
          - name: privilege_name
            description: "Name of the privilege: what it allows, as area:action."
          - name: deleted_at
            description: "When a complete reading first missed it, UTC; null while it is there."
            data_type: timestamp
"""
    assert entry in sources_written_into("    tables:\n")


def test_entries_the_catalogue_does_not_know_stay():
    """Freshness and histories stay where and as they are; a table without an entry is added at the end."""
    head = "version: 2\nsources:\n  - name: constant_contact\n    tables:\n"
    loads = "      - name: _dlt_loads\n        config:\n          loaded_at_field: inserted_at\n"
    written = sources_written_into(f"{head}      - name: contacts\n        description: by hand\n{loads}")
    assert written.startswith(f'{head}      - name: contacts\n        description: "One row per contact, ')
    assert "by hand" not in written
    assert written.index(loads) < written.index("      - name: account\n")
    assert [one.name for one in tables() if f"      - name: {one.name}\n" not in written] == []


def test_a_staged_column_says_what_its_raw_column_says():
    """A renamed column has the raw one's description; a shared key points to its definition."""
    assert staged("stg_contact_lists", LISTS) == LISTS_ENTRY


def test_a_history_is_its_table_with_the_time_of_each_version():
    """A history's model has its table's descriptions, and valid_from belongs to its grain."""
    entry = staged(
        "stg_contact_lists_history", LISTS.replace("is_favorite", "is_favorite,\n        valid_from")
    )
    assert "            columns: [list_id, valid_from]\n" in entry
    assert """      - name: valid_from\n        description: "{{ doc('valid_from') }}"\n""" in entry


def test_a_column_called_like_a_shared_key_may_hold_something_else():
    """The list that a link's click changes is not explained as the key of a list."""
    links = (
        "-- one row per link\nfinal as (\n    select campaign_activity_id, url_id, list_id from source\n)\n"
    )
    entry = staged("stg_email_links", links)
    assert entry.endswith(
        '      - name: list_id\n        description: "List that a click changes, as list_action says."\n'
    )


@pytest.mark.parametrize(
    ("sql", "refusal", "sentence"),
    [
        ("select 1", ValueError, "stg_contact_lists.sql: begin with"),
        (LISTS.replace("favorite as", "colour as"), KeyError, "contact_lists has no column 'colour'"),
        (LISTS.replace("list_id,", "name as list_name,"), ValueError, "select the key too, it lacks list_id"),
    ],
)
def test_a_model_that_does_more_than_rename_is_refused(sql, refusal, sentence):
    """A staging model whose columns cannot be traced to the catalogue is an error, not left undescribed."""
    with pytest.raises(refusal, match=sentence):
        staged("stg_contact_lists", sql)


def test_a_staging_model_that_nothing_reads_is_listed():
    """What a mart reads is not listed, and a README without the markers is an error."""
    models = {"stg_a": "-- one row per a\nselect 1", "stg_b": "-- one row per b\nselect 1"}
    text = f"before\n{RAW_ACCESS}\nold\n{END_OF_RAW_ACCESS}\nafter\n"
    written = raw_access_written_into(text, models=models, readers=["select * from {{ ref('stg_b') }}"])
    table = "| view | one row per |\n|---|---|\n| `stg_a` | a |\n"
    assert written == f"before\n{RAW_ACCESS}\n{table}{END_OF_RAW_ACCESS}\nafter\n"
    with pytest.raises(ValueError, match="no place for the list"):
        raw_access_written_into("", models=models, readers=[])


def test_the_table_of_marts_says_what_their_definitions_say() -> None:
    """A mart keeps its place, a new one comes last, one that is gone goes."""
    kept = {"one_row_per": "day", "question": "When?", "also_in": "HS"}
    meta = {"new": {"one_row_per": "list", "question": "Which?"}, "kept": kept}
    written = marts_written_into(
        f"a\n{MARTS}\n| `gone` | x | y | z |\n| `kept` | x |\n{END_OF_MARTS}\nb\n", meta=meta
    )
    lines = written.splitlines()
    assert lines[4:6] == ["| `kept` | day | When? | HS |", "| `new` | list | Which? | \N{EN DASH} |"]
    assert (lines[:2], lines[6:]) == (["a", MARTS], [END_OF_MARTS, "b"])


def test_a_mart_that_says_no_question_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"mart new has no one_row_per or question: add both to config\.meta"
    ):
        marts_written_into(f"{MARTS}\n{END_OF_MARTS}\n", meta={"new": {"one_row_per": "list"}})


def test_an_exposure_depends_on_what_it_reads() -> None:
    """In order, each once; other exposures, and what follows the list, stay."""
    other = "  - name: page\n    depends_on:\n      - ref('z')\n    owner: x\n"
    standing = f"{other}  - name: tools\n    type: t\n    depends_on:\n      - ref('gone')\n    owner: y\n"
    written = exposures_written_into(standing, read={"tools": ["b", "a", "b"]})
    assert written == standing.replace("ref('gone')", "ref('a')\n      - ref('b')")
    with pytest.raises(ValueError, match="exposure files is not there"):
        exposures_written_into(standing, read={"files": []})
