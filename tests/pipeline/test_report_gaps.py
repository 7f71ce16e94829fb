"""The report's page where something is missing: no data, no marts, unknown rates; and its options."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
import small_warehouse
from report_page import written
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.reporting import audience, channels, mailings
from pipelines.constant_contact.reporting.data import Scope, UnknownCampaignError
from pipelines.constant_contact.transform import project_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


def test_since_leaves_earlier_mailings_out(tmp_path: Path) -> None:
    """List, links and figures begin on the day; averages stay those of the year."""
    page = written(tmp_path, *small_warehouse.FULL, scope=Scope(since=dt.date(2026, 10, 1)))

    assert "Since 1 October 2026" in page.titles
    assert "Week 12:" not in page.text
    assert "Delivered 1,170 in 3 mailings; 1,200 sent" in page.text
    assert "bakery.example/offer 4 tagged addresses together 12 36 3" in page.text
    assert "average 35.6%" in page.text


def test_since_after_the_last_mailing_says_so(tmp_path: Path) -> None:
    """No figure is compared with a period that has no day."""
    page = written(tmp_path, *small_warehouse.FULL, scope=Scope(since=dt.date(2027, 1, 1)))

    assert "Nothing sent since then" in page.titles
    assert "the 0 days before" not in page.text


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`ctct report` with these options, over the small account in a file."""
    path = small_warehouse.write(tmp_path / "small.duckdb", *small_warehouse.FULL)
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(path))
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__STATE_DIR", str(tmp_path / "state"))
    return lambda *options: CliRunner().invoke(
        app, ["report", "--out", str(tmp_path / "page.html"), *options]
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--since", "yesterday"), "--since 'yesterday' is no day; write it as 2026-01-31"),
        (("--campaign", "m99"), "no mailing of campaign m99 is in the marts"),
    ],
)
def test_options_that_cannot_be_are_one_sentence(
    command: Callable[..., Result], options: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    """Exit code 2, what is wrong and what to write instead; no page."""
    ended = command(*options)

    assert 2 == ended.exit_code
    assert sentence in ended.stderr
    assert not (tmp_path / "page.html").exists()


def test_options_reach_the_page(command: Callable[..., Result], tmp_path: Path) -> None:
    """A campaign by its id."""
    assert 0 == command("--campaign", "m14").exit_code
    assert "one campaign" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["m14", "k14"])
def test_a_campaign_has_a_page_of_its_own(tmp_path: Path, name: str) -> None:
    """By the id of the campaign or of one e-mail; nothing of the audience, details open."""
    page = written(tmp_path, *small_warehouse.FULL, scope=Scope(campaign_id=name))

    assert page.titles == [
        "Its mailings against your average",
        "Details",
        "How soon people react",
        "Pages that readers go to",
    ]
    assert "Week 14: bread & butter Harbour <Street> Bakery" in page.text
    assert "<details open>" in page.source


def test_an_unknown_campaign_is_named(tmp_path: Path) -> None:
    """Its id, and how to find those that are."""
    with pytest.raises(UnknownCampaignError, match="no mailing of campaign m99 is in the marts; the ids"):
        written(tmp_path, *small_warehouse.FULL, scope=Scope(campaign_id="m99"))


def test_empty_account_is_told_that_nothing_was_sent(tmp_path: Path) -> None:
    """Marts without a single mail give contacts and one friendly section, and no empty chart."""
    parts = (small_warehouse.RAW, small_warehouse.CONTACT_MARTS, small_warehouse.EMPTY_MAIL_MARTS)

    page = written(tmp_path, *parts)

    assert page.titles == ["Your audience in three sizes", "Nothing sent yet", "Lists", "Health of the list"]
    assert "Active none yet" in page.text


def test_a_handful_of_contacts_has_whole_numbers(tmp_path: Path) -> None:
    """The scale of three contacts counts people, not thousandths of them."""
    few = """create table marts.contact_growth as
        select 1 as joined, 0 as opted_out, 0 as deleted, n as contacts_at_end, 1 as mailable_at_end,
            cast(date '2026-08-31' + to_months(n) as date) as calendar_date
        from range(3) as t(n)"""

    page = written(tmp_path, small_warehouse.RAW, small_warehouse.CONTACT_MARTS, few)

    assert "List growth" in page.titles
    assert re.findall(r">[\d.,]+m<", page.source) == []


def test_missing_marts_are_missing_sections(tmp_path: Path) -> None:
    """Only the mails' mart: only their sections."""
    page = written(tmp_path, small_warehouse.MAIL_MARTS)

    assert page.titles == [
        "The last 90 days",
        "The last mailings against your average",
        "Rates over time",
        "Best by clicks",
        "Worst by clicks",
        "All mailings",
        "When to send",
    ]


def test_empty_warehouse_still_gives_a_page(tmp_path: Path) -> None:
    """Without any table the page says what to run."""
    page = written(tmp_path)

    assert page.titles == ["Nothing loaded yet"]
    assert "Your e-mail account" in page.text


def test_unknown_rates_are_called_unknown(tmp_path: Path) -> None:
    """A rate that is null in the mart is neither 0 nor an error."""
    nothing_known = "update marts.campaign_activities set deliveries_opted_out = null"
    unknown = f"{small_warehouse.MAIL_MARTS}; {nothing_known}"

    page = written(tmp_path, unknown)

    assert page.source.count('data-label="Opted out">unknown<') == small_warehouse.MAILS


def test_mailings_of_unknown_opens_are_not_below_the_rate(tmp_path: Path) -> None:
    """Deliveries of a mailing whose opens are not loaded are no deliveries that nobody opened."""
    behind = (
        "update marts.campaign_activities set deliveries_opened = null"
        " where first_sent_at = (select max(first_sent_at) from marts.campaign_activities)"
    )
    page = written(tmp_path, small_warehouse.RAW, f"{small_warehouse.MAIL_MARTS}; {behind}")

    assert "650 opened, of 1,560 deliveries" in page.text
    assert "Click rate 8.5% 165 clicked, of 1,950 deliveries" in page.text


@pytest.mark.parametrize(
    ("mart", "columns"),
    [
        ("campaign_activities", mailings.MAIL_COLUMNS),
        ("contacts", audience.CONTACT_COLUMNS),
        ("contact_growth", audience.GROWTH_COLUMNS),
        ("lists", audience.LIST_COLUMNS),
        ("email_events", ("event_type", "is_first", "seconds_since_send", "link_url", "url_id")),
        ("links", ("campaign_activity_id", "url_id", "link_address")),
        ("bounces", ("bounce_class", "bounce_reason", "bounces")),
        ("repeat_bouncers", ("is_mailable", "mails_bounced", "mails_bounced_hard", "email_address")),
        ("engagement_decay", ("within_hours", "unique_opens", "share_of_opens", "share_of_clicks")),
        ("resend_uplift", ("primary_subject", "primary_open_rate", "added_opens", "added_clicks")),
        ("devices", ("device_type", "unique_opens", "unique_clicks")),
        ("recipients", ("email_domain", "is_sent", "is_delivered", "is_opened")),
        ("list_growth", ("list_id", "joined", "joined_date")),
        ("ab_tests", channels.AB_COLUMNS),
        ("sms_campaigns", channels.SMS_COLUMNS),
        ("events", channels.EVENT_COLUMNS),
        ("landing_pages", channels.LANDING_COLUMNS),
    ],
)
def test_columns_that_the_report_reads_are_in_the_marts(mart: str, columns: tuple[str, ...]) -> None:
    """A renamed column of a mart fails here; the page itself would only lose a section."""
    sql = (project_dir() / "models" / "marts" / f"{mart}.sql").read_text("utf-8")

    assert [column for column in columns if not re.search(rf"\b{column}\b", sql)] == []
