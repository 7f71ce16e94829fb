"""Fields that nobody declared, values that do not fit, rows without a key: kept, shown or set aside."""

import datetime as dt
import itertools
import json
import random

import orjson
import pyarrow as pa
import pytest
from contact_rows import CONTACTS, rows_of

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.rows import BadValue, OddRow, RowRefused, to_arrow


def test_unknown_fields_become_text_columns_after_the_declared_ones():
    """A field nobody declared is kept: objects flattened, arrays as JSON, all as text."""
    row = {
        "tag_id": "t",
        "colour": "red",
        "size": 3,
        "big": True,
        "owner": {"firstName": "D", "ids": [1]},
        "no": None,
    }
    table = to_arrow(endpoint("contact_tags"), [row, {"tag_id": "u"}])["contact_tags"]
    declared = list(endpoint("contact_tags").table.column_names)
    expected = {"big": "true", "colour": "red", "owner__first_name": "D", "owner__ids": "[1]", "size": "3"}
    assert [*declared, *expected] == table.column_names
    assert {**expected, "tag_id": "t"} == rows_of(table)[0]
    assert {pa.string()} == {table.schema.field(name).type for name in expected}


def test_three_thousand_unknown_fields_make_two_hundred_columns_and_one_object():
    """What comes after the last column is kept together, in the place in which it came."""
    many = {f"field_{i:04}": i for i in range(3_000)}
    row = {"tag_id": "t", **many, "nested": {"a": {"b": [1]}}}
    table = to_arrow(endpoint("contact_tags"), [row, {"tag_id": "u"}])["contact_tags"]
    declared = endpoint("contact_tags").table.column_names
    assert len(declared) + 201 == table.num_columns
    first, second = rows_of(table)
    kept = json.loads(first.pop("_extra"))
    assert {"a": {"b": [1]}} == kept.pop("nested")
    own = {name: int(value) for name, value in first.items() if name not in declared}
    assert many == own | kept
    assert {"tag_id": "u"} == second


def test_a_field_named_like_a_column_that_the_pipeline_fills_is_kept_beside_it():
    """The day of the reading is ours; what the API sends under that name gets another column."""
    rows = [{"total": 3, "counted_on": "yesterday"}]
    answer = to_arrow(endpoint("contact_counts"), rows, constants={"counted_on": "2026-11-22"})
    row = rows_of(answer["contact_counts"])[0]
    assert dt.date(2026, 11, 22) == row.pop("counted_on")
    assert ["yesterday"] == [value for name, value in row.items() if name.startswith("counted_on__x")]


def test_links_of_an_answer_are_no_fields_of_its_record():
    """A record answered by itself may carry the links of the answer; they would be columns that say nothing."""
    row = {"tag_id": "t", "_links": {"self": {"href": "/v3/contact_tags/t"}}}
    table = to_arrow(endpoint("contact_tags"), [row])["contact_tags"]
    assert list(endpoint("contact_tags").table.column_names) == table.column_names


def test_an_unknown_field_keeps_its_type_when_its_values_change_kind():
    """A number today and a word tomorrow make the same schema, which no destination can refuse."""
    schemas = [
        to_arrow(endpoint("contact_tags"), [{"tag_id": "t", "rank": value}])["contact_tags"].schema
        for value in (1, "first", 1.5, True, [1])
    ]
    assert [schemas[0]] * 5 == schemas


@pytest.mark.parametrize("value", ["a\0b", "\ud800"], ids=ascii)
def test_an_unknown_text_that_destinations_refuse_is_written_as_json(value):
    """The character 0 and half a surrogate pair are escaped: a destination would refuse the batch."""
    table = to_arrow(endpoint("contact_tags"), [{"tag_id": "t", "colour": value}])["contact_tags"]
    assert [json.dumps(value)] == table["colour"].to_pylist()


def test_an_unknown_field_never_lands_in_a_declared_column():
    """A field whose normal form is a declared name gets a column of its own."""
    row = {"contact_id": "c", "first_name": "Debora", "firstName": "Dora"}
    answer = rows_of(to_arrow(CONTACTS, [row])["contacts"])[0]
    assert "Debora" == answer.pop("first_name")
    assert ["Dora"] == [value for name, value in answer.items() if name.startswith("first_name__x")]


def test_unknown_fields_of_children_are_kept_too():
    """A new field inside a sub-resource becomes a column of the child table, even under a technical name."""
    consent = {"consent_type": "a", "position": "first", "_deleted": "no"}
    row = {"contact_id": "c", "sms_channel": {"sms_channel_consents": [consent]}}
    answer = rows_of(to_arrow(CONTACTS, [row])["contacts__sms_channel_consents"])[0]
    assert {"first", "no"} == {value for name, value in answer.items() if "__x" in name}
    assert 0 == answer["position"]


def test_something_else_in_an_objects_place_is_kept():
    """An address that is a text instead of an object stays, in a column of its own."""
    row = {"contact_id": "c", "email_address": "d@example.com"}
    assert [{"contact_id": "c", "email_address": "d@example.com"}] == rows_of(
        to_arrow(CONTACTS, [row])["contacts"]
    )


def test_something_else_in_an_arrays_place_empties_no_set():
    """Lists that are no array leave the loaded memberships alone; the value stays with the contact."""
    bad: list[BadValue] = []
    answer = to_arrow(CONTACTS, [{"contact_id": "c", "list_memberships": {"l1": True}}], bad=bad)
    assert 0 == answer["contacts__list_memberships"].num_rows
    assert [{"contact_id": "c", "list_memberships": '{"l1":true}'}] == rows_of(answer["contacts"])
    assert ["list_memberships"] == [one.column for one in bad]


def test_one_bad_value_spoils_only_itself():
    """A value that fits no way is null, kept raw and reported; its neighbours stay."""
    bad: list[BadValue] = []
    rows = [{"contact_id": "a", "birthday_day": 3}, {"contact_id": "b", "birthday_day": "Born 1987"}]
    answer = to_arrow(CONTACTS, rows, bad=bad)["contacts"]
    assert [3, None] == answer["birthday_day"].to_pylist()
    assert [None, '"Born 1987"'] == answer["birthday_day__raw"].to_pylist()
    assert [
        BadValue(
            table="contacts",
            column="birthday_day",
            raw_column="birthday_day__raw",
            sample="str 'xxxx 9999'",
            count=1,
        )
    ] == bad


def test_a_report_shows_no_value_in_clear():
    """A sample has the shape of the value and not its letters and digits."""
    bad: list[BadValue] = []
    to_arrow(CONTACTS, [{"contact_id": "a", "first_name": ["Debora", "d.lang@example.com"]}], bad=bad)
    assert ["list \"['xxxxxx', 'x.xxxx@xxxxxxx.xxx']\""] == [one.sample for one in bad]


@pytest.mark.parametrize(
    ("row", "key", "position"),
    [
        ("contact", "contact_id", 1),
        (None, "contact_id", 1),
        ({}, "contact_id", 1),
        ({"contact_id": None}, "contact_id", 1),
        ({"contact_id": ""}, "contact_id", 1),
        ({"contact_id": ["c"]}, "contact_id", 1),
        ({"contact_id": "c", "list_memberships": [None]}, "list_id", 0),
        ({"contact_id": "c", "taggings": ["t", {"tag_id": "t"}]}, "tag_id", 1),
        ({"contact_id": "c", "notes": [{"content": "x"}]}, "note_id", 0),
        ({"contact_id": "c", "notes": ["x"]}, "note_id", 0),
        ({"contact_id": "c", "sms_channel": {"sms_channel_consents": ["x"]}}, "position", 0),
    ],
    ids=str,
)
def test_a_row_without_its_key_is_refused_by_place(row, key, position):
    """A row, or a member of a set, that has no place in its table is an error that names it."""
    with pytest.raises(RowRefused) as refusal:
        to_arrow(CONTACTS, [{"contact_id": "fine"}, row])
    assert (key, position) == (refusal.value.key, refusal.value.position)


def test_rows_without_a_key_are_set_aside_and_cost_nobody_else():
    """Rows and members of sets that have no place are handed back; what stands beside them is loaded."""
    rows = [
        {"contact_id": "a", "taggings": ["t", None, {"x": 1}]},
        {"contact_id": ""},
        7,
        {"contact_id": "b", "list_memberships": [None], "notes": ["x", {"note_id": "n"}]},
    ]
    aside: list[OddRow] = []
    answer = to_arrow(CONTACTS, rows, aside=aside)
    assert ["a", "b"] == answer["contacts"]["contact_id"].to_pylist()
    assert [
        ("contacts", "contact_id", "it has no contact_id", ""),
        ("contacts", "contact_id", "it is a number where an object should be", ""),
        ("contacts__list_memberships", "list_id", "it has no list_id", "b"),
        ("contacts__notes", "note_id", "it is a text where an object should be", "b"),
        ("contacts__taggings", "tag_id", "it has no tag_id", "a"),
        ("contacts__taggings", "tag_id", "its tag_id is an object", "a"),
    ] == sorted((odd.table, odd.key, odd.reason, odd.parent) for odd in aside)
    assert [rows[1], 7] == [odd.row for odd in aside if not odd.parent]
    assert [{"contact_id": "a", "list_id": "", "_deleted": True}] == rows_of(
        answer["contacts__list_memberships"]
    )


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "9999-12-31T23:59:59-05:00"], ids=ascii)
def test_a_key_that_no_destination_takes_is_set_aside(value):
    """A NUL or half a surrogate pair in an id, or a time outside the years, is no key."""
    name = "created_time" if value.startswith("9") else "contact_id"
    row = {"contact_id": "c", "created_time": "2026-01-01T00:00:00Z", "occurrence": 1, name: value}
    aside: list[OddRow] = []
    answer = to_arrow(endpoint("email_opens"), [row], constants={"campaign_activity_id": "a"}, aside=aside)
    assert (0, [name]) == (answer["email_opens"].num_rows, [odd.key for odd in aside])


def test_a_key_that_cannot_be_read_is_refused():
    """An event at no readable time cannot be kept in step."""
    row = {"campaign_activity_id": "a", "contact_id": "c", "created_time": "soon", "occurrence": 1}
    with pytest.raises(RowRefused, match="email_opens: row 0 of the batch has no usable created_time"):
        to_arrow(endpoint("email_opens"), [row])


def test_ids_that_are_numbers_become_text():
    """A numeric id is text in its table, and so is the id of a choice beside texts."""
    assert ["14"] == to_arrow(endpoint("segments"), [{"segment_id": 14}])["segments"][
        "segment_id"
    ].to_pylist()
    choices = [{"choice_id": 1, "custom_field_id": "f"}, {"choice_id": "9A63BC"}]
    answer = to_arrow(endpoint("custom_fields"), [{"custom_field_id": "f", "choices": choices}])
    assert [
        {"custom_field_id": "f", "choice_id": "1"},
        {"custom_field_id": "f", "choice_id": "9A63BC"},
    ] == rows_of(answer["custom_fields__choices"])


VALUES = (
    "x",
    "2026-01-01T00:00:00Z",
    "",
    "12",
    0,
    1,
    1.5,
    True,
    None,
    [],
    ["a"],
    {},
    {"a": 1},
    2**63,
    "\ud800",
    "a\0b",
)


@pytest.mark.parametrize("seed", range(20))
def test_no_value_raises_and_none_is_lost(seed):
    """Whatever stands in a contact's fields, nothing raises, and each value is found again in some column."""
    rng = random.Random(seed)
    names = [c.source for c in CONTACTS.table.columns if c.name != "contact_id" and len(c.source) == 1]
    rows = [
        {"contact_id": str(i), **{name: rng.choice(VALUES) for (name,) in rng.sample(names, 5)}}
        for i in range(20)
    ]
    answer = to_arrow(CONTACTS, rows)["contacts"]
    assert list(CONTACTS.table.column_names) == answer.column_names[: len(CONTACTS.table.columns)]
    for row, loaded in zip(rows, answer.to_pylist(), strict=True):
        lost = [
            name
            for name, value in row.items()
            if value not in (None, "") and loaded[name] is None and loaded.get(f"{name}__raw") is None
        ]
        assert lost == []


def test_batches_of_any_cut_say_the_same():
    """The same rows in one batch or in many make the same table."""
    rng = random.Random(1)
    rows = [
        {"contact_id": str(i), "taggings": ["t"] * rng.randrange(2), "first_name": "D"} for i in range(30)
    ]
    whole = to_arrow(CONTACTS, rows)
    parts = [to_arrow(CONTACTS, rows[a:b]) for a, b in itertools.pairwise((0, 1, 7, 30))]
    for name, table in whole.items():
        again = pa.concat_tables([part[name] for part in parts])
        assert sorted(map(repr, rows_of(table))) == sorted(map(repr, rows_of(again)))


def test_rows_are_not_changed():
    """Reading rows leaves them as they were."""
    rows = [{"contact_id": "c", "updated_at": "2026-01-01T00:00:00Z", "taggings": ["t"], "new": {"a": 1}}]
    before = orjson.dumps(rows)
    to_arrow(CONTACTS, rows)
    assert before == orjson.dumps(rows)
