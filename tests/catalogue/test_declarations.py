"""The catalogue itself: names, grains and keys users rely on, and what it refuses."""

import json

import pytest
from generated import COMMAND, with_published
from published import PUBLISHED, published

from sources.constant_contact import catalogue
from sources.constant_contact.catalogue import CATALOGUE, CatalogueError, Endpoint, collect, table, tables
from sources.constant_contact.catalogue.columns import Column, Table, bigint, child, text
from sources.constant_contact.catalogue.schema import arrow_schema
from tests.resource_table import BEGIN, END, resource_table, written_into


def a_table(**changes: object) -> Table:
    row = {
        "name": "things",
        "grain": "one row per thing",
        "key": ("thing_id",),
        "columns": (text("thing_id", "id"), text("name", "name"), text("deleted_at", "end")),
    }
    return Table(**{**row, **changes})


def an_endpoint(**changes: object) -> Endpoint:
    row = {
        "path": "/things",
        "table": a_table(),
        "scope": "contact_data",
        "privilege": "contacts:read",
        "reads": "full",
        "rows_key": "things",
        "paged": True,
        "page_size": 500,
    }
    return Endpoint(**{**row, **changes})


def test_each_table_has_the_grain_users_rely_on():
    """Table names and keys are the published ones, in dependency order."""
    known = {name: one.key for name, one in published().items()}
    assert {one.name: one.key for one in tables()} == known, f"a new table? run {COMMAND}"
    assert [one.name for one in tables()] == list(known)


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        (
            "contacts",
            ["email_address"],
            "contacts is published with the key email_address and would have contact_id",
        ),
        ("parcels", ["parcel_id"], "parcels is published with the key parcel_id and is gone"),
    ],
)
def test_a_published_table_keeps_its_key(name, key, words):
    """Making the files anew does not change what users rely on; a table that is new is added."""
    with pytest.raises(ValueError, match=words):
        with_published(json.dumps({name: {"key": key}}))
    assert PUBLISHED.read_text("utf-8") == with_published(json.dumps({"contacts": {"key": ["contact_id"]}}))


@pytest.mark.parametrize("one", tables(), ids=lambda one: one.name)
def test_ids_are_text(one):
    """Every id column is text, whatever the API's own type."""
    ids = {column.name: column.type for column in one.columns if column.name.endswith("_id")}
    assert dict.fromkeys(ids, "text") == ids


@pytest.mark.parametrize("one", tables(), ids=lambda one: one.name)
def test_the_arrow_schema_keeps_the_declared_order(one):
    """The Arrow schema has exactly the declared columns in their order."""
    assert list(one.column_names) == arrow_schema(one).names


@pytest.mark.parametrize("one", tables(), ids=lambda one: one.name)
def test_only_keys_refuse_null(one):
    """The Arrow schema marks exactly the key's columns as never null."""
    assert list(one.key) == [field.name for field in arrow_schema(one) if not field.nullable]


def test_every_resource_is_found_by_its_name():
    """A resource is called like its table, and asking for it answers it."""
    assert {name: catalogue.endpoint(name).table.name for name in catalogue.resource_names()} == {
        name: name for name in CATALOGUE
    }


@pytest.mark.parametrize("ask", [catalogue.endpoint, catalogue.table])
def test_an_unknown_name_is_answered_with_the_valid_ones(ask):
    """Asking for a name that does not exist lists those that do."""
    with pytest.raises(KeyError, match="contact_lists"):
        ask("contactlists")


def test_an_unknown_column_is_answered_with_the_valid_ones():
    """Asking a table for a column it lacks lists the columns it has."""
    with pytest.raises(KeyError, match="tag_source"):
        table("contact_tags").column("colour")


def test_the_page_size_travels_with_the_fixed_parameters():
    """A first request carries the fixed parameters, and the page size under its name."""
    expected = (("sort_by", "date"), ("limit", "1000"))
    assert expected == catalogue.endpoint("segments").query


def test_a_child_table_ends_with_the_marker_that_empties_a_set():
    """Each child table, and no other, ends with the bool column _deleted."""
    assert {one.name: one.columns[-1].name == "_deleted" for one in tables()} == {
        one.name: one.parent is not None for one in tables()
    }


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: text("firstName", "a name"), "column 'firstName': use lower snake case"),
        (lambda: text("name__raw", "a name"), "the ending __raw is kept"),
        (lambda: text("name", " "), "column 'name': say in a few words"),
        (lambda: text("name", "x" * 161), "describe it in 160 characters"),
        (lambda: Column(name="name", type="varchar", description="a name"), "type 'varchar' is none of text"),
        (lambda: a_table(grain="things"), "table 'things': state the grain"),
        (lambda: a_table(key=()), "table 'things': name the key"),
        (lambda: a_table(key=("id",)), "'id' is named but is not one of its columns"),
        (lambda: a_table(key=("name",)), "put the key's columns first"),
        (lambda: a_table(newest=("updated_at",)), "'updated_at' is named but"),
        (lambda: a_table(columns=(text("thing_id", "id"),) * 2), "a column name comes twice"),
        (lambda: a_table(from_=("x",)), "only a child table has from_"),
        (lambda: a_table(parent="boxes", from_=("x",)), "name it boxes__<property>"),
        (
            lambda: a_table(name="boxes__things", parent="boxes", from_=("x",)),
            "ends with the marker _deleted",
        ),
        (lambda: an_endpoint(path="things"), "endpoint of 'things': 'things' is no path"),
        (lambda: an_endpoint(path="/a/{b}"), "a path with slots needs"),
        (lambda: an_endpoint(scope="everything"), "scope 'everything' is none of"),
        (lambda: an_endpoint(reads="often"), "reads 'often' is none of full"),
        (lambda: an_endpoint(shape="xml"), "shape 'xml' is none of"),
        (lambda: an_endpoint(rows_key=None), "rows_key goes with shape 'rows'"),
        (lambda: an_endpoint(shape="array", rows_key=None), "only shape 'rows' can be paged"),
        (lambda: an_endpoint(page_size=0), "page_size must be above 0"),
        (lambda: an_endpoint(paged=False), "a page_size makes sense only"),
        (lambda: an_endpoint(params=(("limit", "5"),)), "send limit through page_size"),
        (lambda: an_endpoint(params=(("a", "1"), ("a", "2"))), "a parameter comes twice"),
        (
            lambda: an_endpoint(after="updated_after"),
            "after, before and changed belong together",
        ),
        (lambda: an_endpoint(reads="stats"), "batch goes with reads stats, old_ids"),
        (lambda: an_endpoint(ids_param="ids"), "ids_param goes with reads 'old_ids'"),
        (lambda: an_endpoint(on_command="ctct things"), "what only a command reads is off by default"),
        (lambda: an_endpoint(stat="em_opens"), "stat goes with reads 'feed'"),
        (lambda: an_endpoint(reads="feed", stat="em_opens"), "need an occurrence number"),
        (lambda: an_endpoint(children=(a_table(),)), "'things' is the child of another table"),
        (lambda: collect((an_endpoint(), an_endpoint())), "table 'things': it is declared twice"),
        (lambda: collect((an_endpoint(needs=("boxes",)),)), "it needs 'boxes', which must come before it"),
    ],
)
def test_a_bad_row_is_refused_by_name(build, sentence):
    """A row that contradicts itself is rejected with a clear message that names it."""
    with pytest.raises(CatalogueError) as refusal:
        build()
    assert sentence in str(refusal.value)


def test_a_child_whose_key_does_not_begin_with_its_parents_is_refused():
    """A child table must carry its parent's key first."""
    lost = child(
        parent="things",
        parent_key=text("other_id", "id"),
        property_="parts",
        grain="one row per part",
        own_key=bigint("position", "place"),
        position=True,
    )
    with pytest.raises(CatalogueError, match="the key of 'things__parts' must begin with thing_id"):
        an_endpoint(children=(lost,))


def test_the_resource_table_has_a_line_for_each_resource():
    """The generated markdown names every resource once, in order, and every child table."""
    lines = resource_table().splitlines()[2:]
    assert [f"| `{name}` " for name in CATALOGUE] == [line[: line.index("|", 1)] for line in lines]
    assert [one.name for one in tables() if f"`{one.name}`" not in resource_table()] == []


def test_the_resource_table_has_the_same_cells_in_each_line():
    """No text of the catalogue breaks the markdown table."""
    assert {9} == {line.count("|") for line in resource_table().splitlines()}


def test_the_resource_table_is_written_between_its_markers():
    """What stood between the markers is replaced, all else stays, and doing it twice changes nothing."""
    once = written_into(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert f"before\n{BEGIN}\n{resource_table()}{END}\nafter\n" == once
    assert once == written_into(once)


def test_a_text_without_markers_is_refused():
    """A README without a place for the table is an error, not left as it is."""
    with pytest.raises(ValueError, match="no place for the resource table"):
        written_into("# Title\n")
