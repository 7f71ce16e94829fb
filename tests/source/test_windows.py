"""Durations, ids, dates and words of the settings, and the arithmetic of high-water marks."""

from __future__ import annotations

import pendulum
import pytest

from sources.constant_contact.windows import (
    SyncOptions,
    advanced,
    as_parameter,
    asked_from,
    contact_reading,
    duration,
    export_check,
    ids,
    is_current,
    moment,
    time_zone,
)

NOW = pendulum.datetime(2026, 3, 29, 0, 30)
HOUR, DAY = pendulum.duration(hours=1), pendulum.duration(days=1)
DAY_S = 86_400
LONGEST_DAYS = 36_600  # a hundred years, leap days among them


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("0s", 0, id="nothing is a duration too"),
        pytest.param("1s", 1, id="seconds"),
        pytest.param("90m", 5_400, id="minutes"),
        pytest.param("36h", 129_600, id="hours, more than a day of them"),
        pytest.param("30d", 30 * DAY_S, id="days"),
        pytest.param("2w", 14 * DAY_S, id="weeks"),
        pytest.param("  7 d ", 7 * DAY_S, id="spaces around and within"),
        pytest.param("007d", 7 * DAY_S, id="leading zeros"),
        pytest.param("PT1H", 3_600, id="ISO 8601 time"),
        pytest.param("P1DT12H", 129_600, id="ISO 8601 date and time"),
        pytest.param(" P2W ", 14 * DAY_S, id="ISO 8601 with spaces around"),
        pytest.param(f"{LONGEST_DAYS}d", LONGEST_DAYS * DAY_S, id="the longest that there is"),
    ],
)
def test_a_duration_is_read_in_each_of_its_forms(text: str, seconds: int) -> None:
    """A number with a unit, or ISO 8601."""
    assert seconds == duration(text, setting="lookback").total_seconds()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("30", id="a number without a unit"),
        pytest.param("d", id="a unit without a number"),
        pytest.param("-1d", id="negative"),
        pytest.param("1.5h", id="a fraction"),
        pytest.param("1y", id="a unit that has no fixed length"),
        pytest.param("30D", id="a unit in upper case"),
        pytest.param("1d 2h", id="two of them"),
        pytest.param("2026-01-01", id="a date, which ISO 8601 reads as well"),
        pytest.param(f"{LONGEST_DAYS * DAY_S + 1}s", id="one second too long"),
        pytest.param("99999999999999999999d", id="more days than the calendar has"),
        pytest.param("soon", id="a word"),
    ],
)
def test_what_is_no_duration_is_said_with_the_setting_and_the_form(text: str) -> None:
    """What, which setting, and how to write it."""
    with pytest.raises(ValueError, match="write it like 90m, 36h or 30d") as caught:
        duration(text, setting="full_refresh_every")
    assert str(caught.value).startswith(f"full_refresh_every is {text!r}, which is no duration")


ID = "05cf4d60-56ea-4023-bf49-b35e56a9c7b5"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([], (), id="none"),
        pytest.param([ID], (ID,), id="one"),
        pytest.param([ID.upper()], (ID,), id="upper case is made lower, as the API writes it"),
        pytest.param([f"  {ID}\n"], (ID,), id="spaces around"),
        pytest.param([ID, ID.upper(), ID], (ID,), id="each once"),
        pytest.param(
            ["f" * 8 + ID[8:], ID, "f" * 8 + ID[8:]], ("f" * 8 + ID[8:], ID), id="in the order of the first"
        ),
    ],
)
def test_ids_are_as_the_api_writes_them_each_once(texts: list[str], expected: tuple[str, ...]) -> None:
    assert expected == ids(texts, setting="landing_page_ids")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(ID[:-1], id="a character short"),
        pytest.param(ID + "0", id="a character long"),
        pytest.param(ID.replace("-", ""), id="without hyphens"),
        pytest.param("g" + ID[1:], id="not hexadecimal"),
        pytest.param(f"https://app.example/{ID}", id="an address that ends in one"),
        pytest.param(f"{ID},{ID}", id="two in one text"),
    ],
)
def test_what_is_no_id_is_named(text: str) -> None:
    """The first one that is none, whatever comes before it."""
    with pytest.raises(ValueError, match="write ids like 05cf4d60") as caught:
        ids([ID, text, "also wrong"], setting="landing_page_ids")
    assert str(caught.value).startswith(f"landing_page_ids has {text!r}, which is no id")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),  # a date means its first instant
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00+00:00"),
        ("2026-01-31T10:00:00", "2026-01-31T10:00:00+00:00"),  # without a zone: UTC
        ("2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00+00:00"),
        ("2026-01-01T00:30:00+05:30", "2025-12-31T19:00:00+00:00"),  # another year in UTC
        ("2026-01-31T23:30:00-05:00", "2026-02-01T04:30:00+00:00"),  # another month in UTC
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
        (" 2026-01-31 ", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T10:00:00.123456Z", "2026-01-31T10:00:00.123456+00:00"),
    ],
)
def test_a_moment_is_read_as_utc(text: str, expected: str) -> None:
    found = moment(text, setting="start_date")
    assert expected == found.isoformat()
    assert "UTC" == found.timezone_name


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("yesterday", id="a word"),
        pytest.param("2026-02-29", id="a day that the year has not"),
        pytest.param("2026-13-01", id="a month that there is not"),
        pytest.param("31.01.2026", id="another order"),
        pytest.param("P1D", id="a duration, which ISO 8601 reads as well"),
        pytest.param("2026-01-01/2026-02-01", id="an interval, likewise"),
    ],
)
def test_what_is_no_moment_is_said_with_the_setting_and_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 2026-01-31") as caught:
        moment(text, setting="start_date")
    assert str(caught.value).startswith(f"start_date is {text!r}, which is no date")


@pytest.mark.parametrize("name", ["UTC", "America/New_York", "Asia/Kolkata", "US/Eastern", "Etc/GMT+12"])
def test_a_time_zone_is_taken_by_its_name(name: str) -> None:
    assert name == time_zone(name, setting="time_zone")


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "america/new_york", "EST5EDT4", "+02:00", " UTC"])
def test_a_time_zone_that_there_is_not_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="write it like America/New_York, or UTC") as caught:
        time_zone(name, setting="report_time_zone")
    assert str(caught.value).startswith(f"report_time_zone is {name!r}, which is no time zone")


def test_the_words_of_contact_reading_are_taken_and_others_answered_with_them() -> None:
    assert ["auto", "incremental", "full"] == [contact_reading(t) for t in ("auto", "incremental", "full")]
    for text in ("", "Auto", "all", "auto "):
        with pytest.raises(ValueError, match="choose from auto, incremental, full") as caught:
            contact_reading(text)
        assert str(caught.value).startswith(f"contact_reading is {text!r}")


def test_the_words_of_export_check_are_taken_and_others_answered_with_them() -> None:
    assert [False, True] == [export_check("off"), export_check("weekly")]
    for text in ("", "on", "Weekly", "true", "daily"):
        with pytest.raises(ValueError, match="choose from off, weekly") as caught:
            export_check(text)
        assert str(caught.value).startswith(f"export_check is {text!r}")


@pytest.mark.parametrize(
    ("mark", "seen", "expected"),
    [
        pytest.param(None, None, None, id="nothing known and nothing seen"),
        pytest.param(None, -2, -2, id="the first rows set it"),
        pytest.param(-2, None, -2, id="nothing seen leaves it"),
        pytest.param(-2, -1, -1, id="later rows move it"),
        pytest.param(-1, -2, -1, id="earlier rows never move it back"),
        pytest.param(-1, -1, -1, id="the same row again"),
        pytest.param(-2, 0, 0, id="a row of now"),
        pytest.param(-2, 5, 0, id="a row from the future moves it to now only"),
        pytest.param(None, 5, 0, id="so does the first one"),
        pytest.param(5, -1, 0, id="a mark from the future comes back to now"),
    ],
)
def test_a_mark_goes_forward_and_never_beyond_now(
    mark: int | None, seen: int | None, expected: int | None
) -> None:
    """Times as hours from now."""

    def at(hours: int | None) -> pendulum.DateTime | None:
        return None if hours is None else NOW.add(hours=hours)

    assert at(expected) == advanced(at(mark), at(seen), now=NOW)


def test_little_is_read_unless_it_is_asked_for() -> None:
    """No HTML, no landing pages, no export, no full refresh; all campaigns, and contacts as it is cheapest."""
    options = SyncOptions(lookback=HOUR, full_refresh_every=DAY)
    assert (None, "auto", ()) == (options.start_date, options.contact_reading, options.landing_page_ids)
    assert (False, False, False) == (options.html_content, options.export_check, options.full_refresh)


def test_a_reading_overlaps_the_last_one_by_the_look_back() -> None:
    """And by a second only where the whole look-back was read again already."""
    assert NOW.subtract(hours=1) == asked_from(NOW, HOUR)
    assert NOW.subtract(seconds=1) == asked_from(NOW, HOUR, overlapped=True)


def test_a_look_back_of_nothing_stays_nothing() -> None:
    """The second of overlap is never more than what was asked for."""
    nothing = pendulum.duration()
    assert NOW == asked_from(NOW, nothing)
    assert NOW == asked_from(NOW, nothing, overlapped=True)


@pytest.mark.parametrize(
    ("cached", "full_refresh", "current"),
    [
        pytest.param(None, False, False, id="never learned"),
        pytest.param(pendulum.duration(), False, True, id="learned now"),
        pytest.param(DAY - pendulum.duration(microseconds=1), False, True, id="almost too old"),
        pytest.param(DAY, False, False, id="as old as may be: tried anew"),
        pytest.param(DAY * 400, False, False, id="long ago"),
        pytest.param(-DAY, False, True, id="learned under a clock that was ahead"),
        pytest.param(pendulum.duration(), True, False, id="a full refresh believes nothing"),
    ],
)
def test_what_was_learned_counts_until_the_next_full_refresh(
    cached: pendulum.Duration | None, full_refresh: bool, current: bool
) -> None:
    options = SyncOptions(lookback=HOUR, full_refresh_every=DAY, full_refresh=full_refresh)
    cached_at = None if cached is None else NOW - cached
    assert current is is_current(cached_at, options, now=NOW)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (pendulum.datetime(2026, 1, 2, 3, 4, 5, 999_999), "2026-01-02T03:04:05Z"),  # cut, never rounded up
        (pendulum.datetime(2026, 10, 25, 2, 30, tz="Europe/Berlin"), "2026-10-25T01:30:00Z"),  # the later one
        (pendulum.datetime(2026, 3, 8, 1, 59, 59, tz="America/New_York"), "2026-03-08T06:59:59Z"),
        (
            pendulum.datetime(2026, 3, 8, 3, 0, tz="America/New_York"),
            "2026-03-08T07:00:00Z",
        ),  # a second later
        (pendulum.datetime(2025, 12, 31, 23, 59, tz="Pacific/Honolulu"), "2026-01-01T09:59:00Z"),
        (pendulum.datetime(1, 1, 1), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_filter_is_utc_in_whole_seconds(at: pendulum.DateTime, expected: str) -> None:
    assert expected == as_parameter(at)
