"""One value at a time: what fits a type, what can be made to fit, what is kept raw."""

import datetime as dt
import json

import pytest

from sources.constant_contact.rows.values import DoesNotFitError, instant, json_text, typed

AT = dt.datetime(2016, 1, 23, 13, 48, 44, tzinfo=dt.UTC)
TIMES = {
    "2016-01-23T13:48:44Z": AT,
    "2016-01-23T13:48:44.456Z": AT.replace(microsecond=456000),
    "2016-01-23T13:48:44.123456Z": AT.replace(microsecond=123456),
    "2016-01-23T13:48:44.1234567Z": AT.replace(microsecond=123456),
    "2016-01-23T13:48:44.123456789+00:00": AT.replace(microsecond=123456),
    "2016-01-23T13:48:44+00:00": AT,
    "2016-01-23T08:48:44-05:00": AT,
    "2016-01-23T08:48:44-0500": AT,
    "2016-01-23T14:48:44+01": AT,
    "2016-01-23 05:48:44 -0800": AT,
    "2016-01-23 13:48:44": AT,
    "2016-01-23T13:48:44": AT,
    "2016-01-23T13:48Z": AT.replace(second=0),
    "2016-01-23T13Z": AT.replace(minute=0, second=0),
    "0001-01-01T00:00:00Z": dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    "9999-12-31T23:59:59.999999Z": dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    "2016-01-23": AT.replace(hour=0, minute=0, second=0),
    "2016-01-23t13:48:44z": AT,
    "1969-12-31T23:59:59.999999Z": dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    "2016-02-29T23:59:59-12:00": dt.datetime(2016, 3, 1, 11, 59, 59, tzinfo=dt.UTC),
}
NO_TIMES = (
    "soon",
    "2016",
    "20160123",
    "2016-13-01",
    "2015-02-29",
    "2016-01-23T25:00:00Z",
    "01/23/2016",
    "2016-01-23T13:48:44+99:99",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
    "0000-00-00T00:00:00Z",
    "0000-06-01T00:00:00Z",
    "2016-01-23T13:48:44Z and more",
)


@pytest.mark.parametrize(("text", "expected"), TIMES.items())
def test_every_seen_form_of_a_time_is_read_alone_and_among_others(text, expected):
    """Each form means the same UTC microsecond on the fast road and on the slow one."""
    fast, _ = typed("timestamp", [text, None])
    slow, refused = typed("timestamp", [text, "soon"])
    assert ([expected, None], [expected, None]) == (fast.to_pylist(), slow.to_pylist())
    assert {1: "soon"} == refused


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_text_that_is_no_time_is_refused(text):
    """No guess is made from a text that names no moment."""
    with pytest.raises(DoesNotFitError):
        instant(text)


@pytest.mark.parametrize("text", NO_TIMES)
@pytest.mark.parametrize(
    "neighbour", [None, "2016-01-23T13:48:44Z", "2016-01-23 13:48:44 Z", "soon"], ids=repr
)
def test_what_is_no_time_is_none_whatever_its_neighbours_are(text, neighbour):
    """The fast road refuses what the slow one refuses, and nothing else."""
    array, refused = typed("timestamp", [text, neighbour])
    assert ([None], text) == (array.to_pylist()[:1], refused[0])


@pytest.mark.parametrize("day", ["0000-01-01", "10000-01-01", "0000-00-00"])
def test_a_day_outside_the_years_one_to_9999_is_refused(day):
    """Alone and beside a good one."""
    for values in ([day], [day, "2016-01-23"]):
        array, refused = typed("date", values)
        assert (None, {0: day}) == (array.to_pylist()[0], refused)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")], ids=str)
def test_a_number_that_is_none_is_refused_alone_and_among_others(value):
    """No table holds an infinite number, whatever its neighbours are."""
    for values in ([value, 1.5], [value, "1.5"]):
        array, refused = typed("double", values)
        assert ([None, 1.5], [0]) == (array.to_pylist(), list(refused))
    assert str(value) in json_text(value)


@pytest.mark.parametrize("value", [["a\0b"], {"a\0": 1}, ["\ud800"]], ids=ascii)
def test_json_that_postgresql_refuses_is_refused(value):
    """A NUL or half a surrogate pair spoils only itself; a backslash that looks like one spoils nothing."""
    array, refused = typed("json", [value, ["\\u0000"], ["\U0001d11e", 2**70]])
    assert {0: value} == refused
    assert [None, r'["\\u0000"]'] == array.to_pylist()[:2]
    assert ["\U0001d11e", 2**70] == json.loads(array.to_pylist()[2])


def test_json_of_any_depth_is_written():
    """A value nested more deeply than writers go is written all the same."""
    value = 1
    for level in range(5_000):
        value = [value] if level % 2 else {"b": value, "a": [], "c": "x"}
    text = json_text(value)
    assert ("[" * 10, 2_500) == (text.replace('{"a":[],"b":', "")[:10], text.count('"c":"x"'))


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("text", 12, "12"),
        ("text", 1.5, "1.5"),
        ("text", True, "true"),
        ("bigint", "12", 12),
        ("bigint", " -7 ", -7),
        ("bigint", 1.0, 1),
        ("bigint", "", None),
        ("double", "1e3", 1000.0),
        ("double", 3, 3.0),
        ("bool", "true", True),
        ("bool", "False", False),
        ("timestamp", "", None),
        ("date", "2016-01-23T00:00:00Z", dt.date(2016, 1, 23)),
        ("date", "2016-01-23", dt.date(2016, 1, 23)),
        ("json", {"b": 1, "a": [None]}, '{"a":[null],"b":1}'),
        ("json", [], "[]"),
        ("json", None, None),
        ("text", "", ""),
    ],
)
def test_a_value_that_says_the_same_in_the_type_is_turned_into_it(type_, value, expected):
    """A value that the type can say whole is converted and not reported."""
    array, refused = typed(type_, [value])
    assert ([expected], {}) == (array.to_pylist(), refused)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", ["a"]),
        ("text", {}),
        ("text", "\ud800"),
        ("text", "a\0b"),
        ("bigint", 1.5),
        ("bigint", True),
        ("bigint", 2**63),
        ("bigint", "1_2"),
        ("bigint", "9" * 30),
        ("bigint", "9223372036854775808"),
        ("double", True),
        ("double", "nan"),
        ("double", "1e999"),
        ("bool", 1),
        ("bool", "yes"),
        ("timestamp", 1469000000),
        ("date", "tomorrow"),
    ],
)
def test_a_value_that_would_change_its_meaning_is_refused(type_, value):
    """A value that the type cannot say is null and handed back raw: 1.5 is not cut, true is not 1."""
    array, refused = typed(type_, [value])
    assert ([None], {0: value}) == (array.to_pylist(), refused)


def test_a_column_of_days_takes_the_utc_day_of_a_time():
    """A time where the contract promises a day says all that the column asks."""
    array, refused = typed("date", ["2016-01-23T23:00:00-05:00"])
    assert [dt.date(2016, 1, 24)] == array.to_pylist()
    assert {} == refused


def test_json_that_is_no_valid_text_is_still_written():
    """Half a surrogate pair or a number beyond 64 bits is written by the slower writer."""
    assert ('["\\ud800"]', str(2**70)) == (json_text(["\ud800"]), json_text(2**70))
