"""Rows of a resource become its table and its child tables, whole and typed."""

import datetime as dt
import itertools
import json
import random

import orjson
import pyarrow as pa
import pytest

from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.rows import BadValue, OddRow, RowRefused, to_arrow

CONTACTS = endpoint("contacts")
CHILDREN = [child.name for child in CONTACTS.children]


def rows_of(table: pa.Table) -> list[dict]:
    """Rows without their nulls."""
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
def test_no_rows_make_empty_tables_with_every_declared_column(one):
    """An empty page has the full declared schema, for the table and each child."""
    assert {table.name: arrow_schema(table) for table in one.tables} == {
        name: table.schema for name, table in to_arrow(one, []).items()
    }


def test_a_contact_fills_its_table_and_every_child_table():
    """All parts of a contact arrive, typed, each child with the contact's key."""
    contact = {
        "contact_id": "c1",
        "email_address": {"address": "d@example.com", "opt_in_date": "2016-01-23T13:48:44.108Z"},
        "birthday_month": 11,
        "created_at": "2016-03-03T10:53:04-05:00",
        "deleted_at": "2016-07-08",
        "custom_fields": [{"custom_field_id": "f1", "value": "Tesla", "choice_ids": ["2", "1"]}],
        "list_memberships": ["l1", "l2"],
        "taggings": ["t1"],
        "phone_numbers": [{"phone_number_id": "p1", "kind": "home"}],
        "street_addresses": [{"street_address_id": "s1", "city": "Chicago"}],
        "notes": [{"note_id": "n1", "created_at": "2021-05-12T13:48:44Z", "content": "hm"}],
        "sms_channel": {
            "dial_code": "1",
            "sms_channel_consents": [{"consent_type": "a"}, {"consent_type": "b"}],
        },
    }
    assert {
        "contacts": [
            {
                "contact_id": "c1",
                "email_address__address": "d@example.com",
                "email_address__opt_in_date": utc(2016, 1, 23, 13, 48, 44, 108000),
                "birthday_month": 11,
                "created_at": utc(2016, 3, 3, 15, 53, 4),
                "deleted_at": dt.date(2016, 7, 8),
                "sms_channel__dial_code": "1",
            }
        ],
        "contacts__custom_fields": [
            {"contact_id": "c1", "custom_field_id": "f1", "value": "Tesla", "choice_ids": '["2","1"]'}
        ],
        "contacts__custom_fields__choices": [
            {"contact_id": "c1", "custom_field_id": "f1", "choice_id": "2"},
            {"contact_id": "c1", "custom_field_id": "f1", "choice_id": "1"},
        ],
        "contacts__list_memberships": [
            {"contact_id": "c1", "list_id": "l1"},
            {"contact_id": "c1", "list_id": "l2"},
        ],
        "contacts__taggings": [{"contact_id": "c1", "tag_id": "t1"}],
        "contacts__phone_numbers": [{"contact_id": "c1", "phone_number_id": "p1", "kind": "home"}],
        "contacts__street_addresses": [{"contact_id": "c1", "street_address_id": "s1", "city": "Chicago"}],
        "contacts__notes": [
            {"contact_id": "c1", "note_id": "n1", "created_at": utc(2021, 5, 12, 13, 48, 44), "content": "hm"}
        ],
        "contacts__sms_channel_consents": [
            {"contact_id": "c1", "position": 0, "consent_type": "a"},
            {"contact_id": "c1", "position": 1, "consent_type": "b"},
        ],
    } == {name: rows_of(table) for name, table in to_arrow(CONTACTS, [contact]).items()}


@pytest.mark.parametrize("empty", [{}, {"list_memberships": None}, {"list_memberships": []}], ids=str)
def test_an_emptied_set_leaves_one_tombstone(empty):
    """A contact on no list, however that is spelled, gets exactly one row marked as deleted."""
    answer = to_arrow(
        CONTACTS, [{"contact_id": "c1", **empty}, {"contact_id": "c2", "list_memberships": ["l"]}]
    )
    assert [
        {"contact_id": "c2", "list_id": "l"},
        {"contact_id": "c1", "list_id": "", "_deleted": True},
    ] == rows_of(answer["contacts__list_memberships"])


def test_a_contact_without_anything_leaves_a_tombstone_in_every_child_table():
    """Each child table hears of a childless contact; consents under position -1."""
    answer = to_arrow(CONTACTS, [{"contact_id": "c1", "sms_channel": None}])
    assert dict.fromkeys(CHILDREN, 1) == {name: answer[name].num_rows for name in CHILDREN}
    assert [{"contact_id": "c1", "position": -1, "_deleted": True}] == rows_of(
        answer["contacts__sms_channel_consents"]
    )


def test_a_child_table_that_was_not_asked_for_is_left_alone():
    """A sub-resource outside the request has no rows and no tombstones."""
    answer = to_arrow(CONTACTS, [{"contact_id": "c1"}], without={"contacts__sms_channel_consents"})
    assert set(CHILDREN) - {"contacts__sms_channel_consents"} == set(answer) - {"contacts"}


def test_a_child_table_that_comes_without_being_asked_for_is_taken():
    """Rows that hold the sub-resource fill its table; a row that does not hold it says nothing of it."""
    consents = {"sms_channel_consents": [{"consent_type": "promotional_sms"}]}
    rows = [
        {"contact_id": "c1", "sms_channel": consents},
        {"contact_id": "c2"},
        {"contact_id": "c3", "sms_channel": {"sms_channel_consents": []}},
    ]
    answer = to_arrow(CONTACTS, rows, without={"contacts__sms_channel_consents"})
    assert [
        {"contact_id": "c1", "position": 0, "consent_type": "promotional_sms"},
        {"contact_id": "c3", "position": -1, "_deleted": True},
    ] == rows_of(answer["contacts__sms_channel_consents"])


@pytest.mark.parametrize("resource", ["email_links", "email_clicks"])
def test_a_link_without_an_id_is_known_by_its_address(resource):
    """The id of a link is optional in the contract; its address tells it from the e-mail's other links."""
    row = {"contact_id": "c", "created_time": "2026-01-01T00:00:00Z", "link_url": "https://example.com/a"}
    constants = {"campaign_activity_id": "a"} | ({"occurrence": 1} if resource == "email_clicks" else {})
    answer = to_arrow(endpoint(resource), [row], constants=constants)
    assert ["https://example.com/a"] == answer[resource].column("url_id").to_pylist()


def test_a_contact_that_comes_twice_stays_once_with_the_children_of_the_newer_row():
    """Of two rows with one key the one with the later updated_at stays, whatever their order."""
    newer = {"contact_id": "c", "updated_at": "2026-01-02T00:00:00Z", "list_memberships": ["new"]}
    older = {"contact_id": "c", "updated_at": "2026-01-02T00:30:00+01:00", "list_memberships": ["old"]}
    for rows in ([newer, older], [older, newer]):
        answer = to_arrow(CONTACTS, rows)
        assert 1 == answer["contacts"].num_rows
        assert ["new"] == answer["contacts__list_memberships"]["list_id"].to_pylist()


def test_a_silent_unsubscribe_is_the_newer_row():
    """Where updated_at ties, the later change of the address wins: unsubscribes move nothing else."""
    gone = {"permission_to_send": "unsubscribed", "updated_at": "2026-02-01T00:00:00Z"}
    there = {"permission_to_send": "implicit", "updated_at": "2026-01-01T00:00:00Z"}
    rows = [
        {"contact_id": "c", "updated_at": "2025-01-01T00:00:00Z", "email_address": e} for e in (gone, there)
    ]
    permission = to_arrow(CONTACTS, rows)["contacts"]["email_address__permission_to_send"]
    assert ["unsubscribed"] == permission.to_pylist()


def test_of_equally_old_rows_the_later_one_stays():
    """Without a difference in age the row that was read last counts."""
    rows = [{"tag_id": "t", "name": "before"}, {"tag_id": "t", "name": "after"}]
    assert ["after"] == to_arrow(endpoint("contact_tags"), rows)["contact_tags"]["name"].to_pylist()


def test_a_member_that_comes_twice_in_a_set_stays_once():
    """The grain of a child table holds although the API repeats a member; the later one stays."""
    fields = [{"custom_field_id": "f", "value": "1"}, {"custom_field_id": "f", "value": "2"}]
    answer = to_arrow(CONTACTS, [{"contact_id": "c", "custom_fields": fields, "taggings": ["t", "t"]}])
    assert ["2"] == answer["contacts__custom_fields"]["value"].to_pylist()
    assert ["t"] == answer["contacts__taggings"]["tag_id"].to_pylist()


def test_constants_fill_their_column_for_all_rows():
    """A constant, such as the activity that a link belongs to, stands in every row."""
    rows = [{"url_id": "1"}, {"url_id": "2"}]
    answer = to_arrow(endpoint("email_links"), rows, constants={"campaign_activity_id": "a"})
    assert ["a", "a"] == answer["email_links"]["campaign_activity_id"].to_pylist()


def test_a_constant_without_a_column_is_refused():
    """A constant for a column that does not exist is a mistake of the caller, and said so."""
    with pytest.raises(KeyError, match="email_links has no column campaign_id"):
        to_arrow(endpoint("email_links"), [], constants={"campaign_id": "a"})


def test_a_constant_of_another_type_is_refused():
    """A constant that its column cannot hold is a mistake of the caller, and said so."""
    with pytest.raises(ValueError, match="the constant 'today' is no date"):
        to_arrow(endpoint("contact_counts"), [{"total": 3}], constants={"counted_on": "today"})


@pytest.mark.parametrize("day", [dt.date(2026, 11, 22), "2026-11-22"], ids=repr)
def test_counts_have_the_day_of_the_reading_as_their_key(day):
    """The daily counts get their key from the run's clock, as a date or as its text."""
    answer = to_arrow(endpoint("contact_counts"), [{"total": 3}], constants={"counted_on": day})
    assert [{"counted_on": dt.date(2026, 11, 22), "total": 3}] == rows_of(answer["contact_counts"])


@pytest.mark.parametrize("key", ["em_opens_all_mobile", "em_opens.all.mobile"])
def test_dotted_and_underscored_stats_fill_the_same_column(key):
    """Both spellings of a total arrive in one column, with no column of their own."""
    row = {"campaign_id": "c", "last_refresh_time": "2026-01-01T00:00:00Z", "stats": {key: 7}}
    answer = to_arrow(endpoint("email_campaign_stats"), [row])["email_campaign_stats"]
    assert [7] == answer["stats__em_opens_all_mobile"].to_pylist()
    assert arrow_schema(endpoint("email_campaign_stats").table) == answer.schema


def test_two_spellings_with_different_totals_both_stay():
    """Where the spellings contradict each other, the underscored one counts and the other is kept."""
    stats = {"em_opens.all": 1, "em_opens_all": 2}
    row = {"campaign_id": "c", "last_refresh_time": "2026-01-01T00:00:00Z", "stats": stats}
    answer = rows_of(to_arrow(endpoint("email_campaign_stats"), [row])["email_campaign_stats"])[0]
    assert 2 == answer.pop("stats__em_opens_all")
    assert ["1"] == [value for name, value in answer.items() if name.startswith("stats__em_opens_all__x")]


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
