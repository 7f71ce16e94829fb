"""Undeclared columns have the names the loader would give them, and never one that is taken."""

import random

import pytest
from dlt.common.normalizers.naming.snake_case import NamingConvention

from sources.constant_contact.catalogue import table, tables
from sources.constant_contact.rows import Columns
from sources.constant_contact.rows.names import MAX_LENGTH, normalise

PARTS = (
    "name",
    "firstName",
    "HTTPCode",
    "checkedIn_tickets",
    "9lives",
    "a b",
    "é",
    "a__b",
    "a_",
    "_a",
    "+1-x",
    "A@b|c",
)
PARTS_ODD = ("", "_", "__", "ümlaut", "camelCaseURLs", "x*y", "tail___", "日本", "a.b.c", "ALLCAPS", "a1B2")


@pytest.mark.parametrize("part", [*PARTS, *(part for part in PARTS_ODD if part)])
def test_a_name_is_what_the_loader_makes_of_it(part):
    """Our normal form is the loader's, so that it changes nothing afterwards."""
    assert NamingConvention().normalize_identifier(part) == normalise(part)


@pytest.mark.parametrize("seed", range(10))
def test_names_are_distinct_free_and_stay_as_they_are(seed):
    """Any fields get different names, none of them taken, and the loader leaves each unchanged."""
    rng = random.Random(seed)
    parts = PARTS + PARTS_ODD
    paths = {tuple(rng.choices(parts, k=rng.randrange(1, 4))) for _ in range(60)}
    of = table("contact_tags")
    names = Columns().assign(of, paths)
    assert len(paths) == len(set(names.values()))
    assert set() == set(of.column_names) & set(names.values())
    assert list(names.values()) == [
        NamingConvention(MAX_LENGTH).normalize_path(name) for name in names.values()
    ]


def test_a_normal_spelling_has_the_first_claim_on_its_name():
    """Of two spellings of one name the normal one gets it, in whatever order they come."""
    names = Columns().assign(table("contact_tags"), [("firstName",), ("first_name",)])
    assert "first_name" == names["first_name",]
    assert str(names["firstName",]).startswith("first_name__x")


RESERVED = (
    *(
        "_dlt_load_id",
        "_dlt_id",
        "_dlt_anything",
        "_deleted",
        "_extra",
        "_ctct_runs",
        "name",
        "x" * 200,
        "",
        '"',
    ),
    *("name__raw", "tag_id__raw", "Name", "_DLT_ID", "drop table", "select", "'; --"),
)


@pytest.mark.parametrize("names", [(), ("raw",)], ids=["flat", "nested"])
def test_no_field_takes_a_name_of_ours_or_of_the_loader(names):
    """Whatever a field is called, its column is nobody else's, and short enough for PostgreSQL."""
    paths = [(name, *names) for name in RESERVED]
    found = Columns().assign(table("contact_tags"), paths)
    columns = [str(found[path]) for path in paths]
    assert len(set(columns)) == len(paths)
    for name in columns:
        assert not name.startswith(("_dlt_", "_ctct_"))
        assert not name.endswith("__raw")
        assert name not in {"_deleted", "_extra", *table("contact_tags").column_names}
        assert name == NamingConvention(MAX_LENGTH).normalize_path(name)


def test_a_field_keeps_the_column_that_it_got_first():
    """A later spelling of the same name gets another column, in this run and in any later one."""
    first = Columns()
    assert {("firstName",): "first_name"} == first.assign(table("contact_tags"), [("firstName",)])
    both = [("first_name",), ("firstName",)]
    for columns in (first, Columns({"contact_tags": first.columns_of("contact_tags")})):
        found = columns.assign(table("contact_tags"), both)
        assert "first_name" == found["firstName",]
        assert str(found["first_name",]).startswith("first_name__x")


def test_a_table_gets_at_most_two_hundred_columns_over_its_life():
    """Columns of earlier runs count, whether they were noted or only found in the destination."""
    of = table("contact_tags")
    earlier = Columns()
    earlier.assign(of, [(f"a{i}",) for i in range(120)])
    existing = [*of.column_names, "name__raw", "_extra", *(f"b{i}" for i in range(50))]
    later = Columns({of.name: earlier.columns_of(of.name)}, {of.name: existing})
    found = later.assign(of, [("a1",), ("b1",), *((f"c{i}",) for i in range(100))])
    assert ("a1", "b1") == (found["a1",], found["b1",])
    assert 30 == sum(found[f"c{i}",] is not None for i in range(100))
    again = Columns({of.name: later.columns_of(of.name)}, {of.name: existing})
    assert found == again.assign(of, found)


@pytest.mark.parametrize("one", tables(), ids=lambda one: one.name)
def test_declared_names_are_left_alone_by_the_loader(one):
    """Every table and column of the catalogue is in the loader's normal form already."""
    names = (one.name, *one.column_names)
    assert names == tuple(NamingConvention().normalize_path(name) for name in names)
