"""The report page: it stands alone, says what the marts say, and leaves out what is not there."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
import small_warehouse
from report_page import NOW, Page, written

from pipelines.constant_contact.reporting.data import Scope

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("report"), *small_warehouse.FULL)


def test_page_fetches_nothing(page: Page) -> None:
    """No attribute, style or script names another file or host."""
    assert page.fetched == []
    assert re.findall(r"url\(|@import|fetch\(|XMLHttpRequest|<link|<iframe", page.source) == []
    allowed = (
        "http://www.w3.org/",
        "https://bakery.example/",
    )  # the namespaces of SVG; the account's own links
    hosts = re.findall(r"https?://[^\s\"'<]+", page.source)
    assert [host for host in hosts if not host.startswith(allowed)] == []


def test_only_the_pages_own_style_and_script_run(page: Page) -> None:
    """The policy allows nothing from anywhere, and of what stands in the page the style and script by their hashes."""
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page.source)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", page.source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[directive] == f"'sha256-{digest}'"
    assert [] == re.findall(r"<[^>]*\s(?:style|on\w+)=", page.source)  # which the policy would stop


def test_page_is_well_formed(page: Page) -> None:
    """Every tag that opens closes, in order."""
    assert page.open_tags == []


def test_page_has_every_section(page: Page) -> None:
    """A full warehouse gives all sections, in this order."""
    assert page.titles == [
        "Your audience in three sizes",
        "The last 90 days",
        "The last mailings against your average",
        "Rates over time",
        "Best by clicks",
        "Worst by clicks",
        "All mailings",
        "How soon people react",
        "When to send",
        "Pages that readers go to",
        "SMS campaigns",
        "Events",
        "Landing pages",
        "List growth",
        "Lists",
        "Health of the list",
    ]


def test_header_says_who_how_fresh_and_whether_the_counts_agree(page: Page) -> None:
    """Name, verdict, audit, then load, last mailing and newest event, each by its own name."""
    assert (
        "E-mail report Harbour <Street> Bakery Stale since 22 November 2026, 04:00 UTC: the last "
        "complete run ended 21 November 2026, 02:00 UTC. 1 of 2 counts that the account offers differ from this data; "
        "ctct status says which. Last loaded 21 November 2026, 02:00 UTC. Last mailing sent 16 November 2026. "
        "Newest open, click or other event 21 November 2026," in page.text
    )


def test_a_fresh_page_says_so(tmp_path: Path) -> None:
    """Loaded this morning is fresh, whatever the day of the newest event."""
    soon = NOW - dt.timedelta(days=1)

    page = written(tmp_path, *small_warehouse.FULL, now=soon)

    assert "Fresh: the last complete run ended 21 November 2026, 02:00 UTC." in page.text
    assert " ago" not in page.text  # who opens it later would read it of another day


@pytest.mark.parametrize(
    "figure",
    [
        "On file 390 contacts that are not deleted",
        "May be mailed 367 of these",
        "Active 326 of these, opened or clicked in the 90 days before the newest event",
        "Net growth +83 90 joined, 7 unsubscribed or were deleted +83 in the 90 days before",
        "Delivered 1,950 in 5 mailings; 2,000 sent +390 (+25%) against the 90 days before none in the same",
        "Open rate 42.3% 825 opened, of 1,950 deliveries +5.8 points against the 90 days before no rate",
        "Click rate 8.5% 165 clicked, of 1,950 deliveries +1.2 points against the 90 days before, within chance",
        "Opt-out rate 0.51% 10 opted out, of 1,950 deliveries",
    ],
)
def test_figures_state_their_denominators_and_changes(page: Page, figure: str) -> None:
    """Each figure says of what it is a share and how it changed; what chance explains is marked."""
    assert figure in page.text


def test_a_mailing_is_above_only_where_its_interval_says_so(page: Page) -> None:
    """The newest mailing stands out in opens; its clicks are within what chance allows."""
    assert (
        "Week 15: bread & butter Fresh on <Sunday> no. 15 16 Nov 2026 · 390 delivered "
        "Opened 44.9% ▲ above average 40.0% to 49.8%; average 35.6%" in page.text
    )
    assert "Clicked 9.0% as usual" in page.text


def test_a_mailing_of_these_days_is_not_below_yet(tmp_path: Path) -> None:
    """Who reads it tomorrow is not known; a week later the same numbers are below."""
    sent = (
        "update marts.campaign_activities set deliveries_opened = 60, first_sent_at = '{}'"
        " where campaign_activity_id = 'k15'"
    )

    young, old = (
        written(folder, small_warehouse.RAW, f"{small_warehouse.MAIL_MARTS}; {sent.format(day)}")
        for folder, day in ((tmp_path / "young", "2026-11-20"), (tmp_path / "old", "2026-11-13"))
        if not folder.mkdir()
    )

    assert "Opened 15.4% too early to tell" in young.text
    assert "Opened 15.4% ▼ below average" in old.text


def test_small_mailings_do_not_shout(tmp_path: Path) -> None:
    """A mailing to a dozen people is compared with nothing, and is neither best nor worst."""
    test_mail = (
        "update marts.campaign_activities set deliveries = 12, deliveries_opened = 12, deliveries_clicked = 12"
        " where campaign_activity_id = 'k15'"
    )
    page = written(tmp_path, small_warehouse.RAW, f"{small_warehouse.MAIL_MARTS}; {test_mail}")

    compared, ranked = page.text.split("All mailings")[0].split("Best by clicks")
    assert "12 delivered Opened 100.0% too few to compare" in compared
    assert "Week 15:" not in ranked


def test_resends_are_labelled_and_stand_beside_resends(page: Page) -> None:
    """Wherever it is named it is called a resend; one alone has no average."""
    assert "Week 3: bread & butter resend" in page.text
    assert [label for label in page.labels if label.startswith("Week 3:")] == [
        label for label in page.labels if label.startswith("Week 3: bread & butter (resend)")
    ]


def test_ab_tests_are_labelled_with_both_subjects(page: Page) -> None:
    """In the list of mailings and in the details of the one; who got which subject is not known."""
    assert "Week 2: bread & butter A/B test Fresh on <Sunday> no. 2" in page.text
    assert (
        "A/B test of the subject A Fresh on <Sunday> no. 2 B Warm & crisp 20.0% of the recipients got one of the two;"
        " the winner was chosen after 6 hours." in page.text
    )


def test_sms_events_and_landing_pages_have_their_own_lists(page: Page) -> None:
    """Newest first, unknown counts named so, deleted events left out."""
    assert (
        "Doors <open> last sent 2 Nov 2026 204 98.0% 25.0% 6.0% 0.50% "
        "Spring last sent 2 Apr 2026 84 95.2% unknown 15.0% 1.2%" in page.text
    )
    assert (
        "Winter fair draft 12 December 2026, 15:00 UTC 31 5 2 40 of 60 unknown unknown "
        "Bread class 10 October 2026, 15:00 UTC 31 5 2 40 of 60 28 775.50 USD" in page.text
    )
    assert "Never was" not in page.text
    assert "p1 91 visits 61 31 10 unknown 2 p0 90 visits 60 30 9 unknown 2" in page.text


def test_since_leaves_earlier_sms_and_events_out(tmp_path: Path) -> None:
    """By the day of the last send, of the event, of the last visit."""
    page = written(tmp_path, *small_warehouse.FULL, scope=Scope(since=dt.date(2026, 11, 2)))

    assert "Doors <open>" in page.text
    assert "Winter fair" in page.text
    assert [] == [gone for gone in ("Spring last", "Bread class", "Landing pages") if gone in page.text]


def test_what_the_account_wrote_is_text(page: Page) -> None:
    """Names with markup are shown, never run."""
    assert page.scripts == 1
    assert "Trade <script>alert(1)</script>" in page.text


def test_characters_that_act_are_spelled_out(tmp_path: Path) -> None:
    """A name that would turn the line round or hide text stands on the page as escapes, in labels too."""
    names = (
        "update marts.campaign_activities set campaign_name = 'A' || chr(8238) || 'B' || chr(27) || chr(8203)"
    )

    page = written(tmp_path, small_warehouse.RAW, f"{small_warehouse.MAIL_MARTS}; {names}")

    assert set() == set("\u202e\x1b\u200b") & set(page.source)
    assert r"A\u202eB\x1b\u200b" in page.text
    assert any(r"A\u202eB\x1b\u200b" in label for label in page.labels)


def test_deleted_lists_are_left_out(page: Page) -> None:
    """Only lists that exist are shown, with those who joined them in the period."""
    assert "Gone" not in page.text
    assert "Newsletter 400 395 380 7 31.0%" in page.text


def test_charts_speak(page: Page) -> None:
    """Each mark has a label of its own, at both widths: for screen readers, the keyboard and the pointer."""
    assert page.labels.count("Week 0: bread & butter, 20 Jan 2026: 25.64% opened") == 2
    assert page.labels.count("June 2025: 30 joined") == 2
    assert page.labels.count("November 2026: 488 may be mailed at its end") == 2
    assert page.labels.count("Contacts by month; arrow keys read the values") == 2


def test_colours_of_charts_are_the_pages_own(page: Page) -> None:
    """Marks use the page's variables, so that light, dark and print share one drawing."""
    colours = set(re.findall(r' (?:fill|stroke)="(#[0-9a-fA-F]+|rgb[^"]+)"', page.source))

    assert colours == set()
    assert "prefers-color-scheme: dark" in page.source
    assert "@media print" in page.source


def test_pages_are_counted_once_whatever_their_tags(page: Page) -> None:
    """Four addresses that differ in their query are one page; a reader of it counts once."""
    assert "bakery.example/offer 4 tagged addresses together 12 192 16" in page.text


def test_health_counts_and_shows_no_address(page: Page) -> None:
    """Who to clean, who repeats: numbers; addresses come with the file or when asked for."""
    assert "To clean 4 may be mailed, but bounced hard or in several mailings; 2 of them hard" in page.text
    assert "Repeat bouncers 6" in page.text
    assert "mailbox full hard 7" in page.text
    assert "@bounce.example" not in page.source


def test_addresses_come_when_asked_for(tmp_path: Path) -> None:
    """Those that may still be mailed only."""
    page = written(tmp_path, *small_warehouse.FULL, scope=Scope(addresses=True))

    assert "reader1@bounce.example 4 1" in page.text
    assert "reader5@bounce.example" not in page.text
