"""Undeclared columns have the names the loader would give them, and never one that is taken."""

import random

import pytest
from dlt.common.normalizers.naming.snake_case import NamingConvention

from sources.constant_contact.catalogue import tables
from sources.constant_contact.rows.names import column_names, normalise

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
    taken = {"name", "first_name", "a__b"}
    names = column_names(paths, taken)
    assert len(paths) == len(set(names.values()))
    assert set() == taken & set(names.values())
    assert list(names.values()) == [NamingConvention().normalize_path(name) for name in names.values()]


def test_a_normal_spelling_has_the_first_claim_on_its_name():
    """Of two spellings of one name the normal one gets it, in whatever order they come."""
    names = column_names([("firstName",), ("first_name",)], set())
    assert "first_name" == names["first_name",]
    assert names["firstName",].startswith("first_name__x")


@pytest.mark.parametrize("one", tables(), ids=lambda one: one.name)
def test_declared_names_are_left_alone_by_the_loader(one):
    """Every table and column of the catalogue is in the loader's normal form already."""
    names = (one.name, *one.column_names)
    assert names == tuple(NamingConvention().normalize_path(name) for name in names)
