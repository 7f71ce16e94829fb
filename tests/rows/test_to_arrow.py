"""Rows of a resource become its table and its child tables, whole and typed."""

import datetime as dt

import pytest
from contact_rows import CONTACTS, rows_of

from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.rows import to_arrow

CHILDREN = [child.name for child in CONTACTS.children]


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
