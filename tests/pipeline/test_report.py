"""The report page: it stands alone, says what the marts say, and leaves out what is not there."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import small_warehouse

from pipelines.constant_contact.reporting import data as report_data
from pipelines.constant_contact.reporting.report import write_report
from pipelines.constant_contact.transform import project_dir

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 11, 22, 7, 5, tzinfo=dt.UTC)


class Page(HTMLParser):
    """What a browser would see: text, titles, and everything that it would fetch."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.open_tags: list[str] = []
        self.titles: list[str] = []
        self.scripts = 0
        self.fetched: list[str] = []
        self.texts: list[str] = []
        self.labels: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open_tags.append(tag)
        self.scripts += tag == "script"
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "srcset", "data", "action"}:
                self.fetched.append(value or "")
            if name == "aria-label":
                self.labels.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] in {"style", "script"}:
            return
        self.texts.append(data)
        if self.open_tags and self.open_tags[-1] == "h2":
            self.titles.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def written(folder: Path, *parts: str) -> Page:
    path = small_warehouse.write(folder / "small.duckdb", *parts)
    out = write_report(
        query=small_warehouse.query_of(path),
        dataset=small_warehouse.DATASET,
        analytics_dataset=small_warehouse.MARTS_DATASET,
        out=folder / "new" / "report.html",
        generated_at=NOW,
    )
    return Page(out.read_text("utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("report"), *small_warehouse.ALL)


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
        "Contacts and growth",
        "How mailings do over time",
        "Most clicked mailings",
        "How soon people react",
        "When mailings are opened most",
        "Most clicked links",
        "Bounces",
        "Opt-outs",
        "Lists",
    ]


def test_header_says_who_how_fresh_and_whether_the_counts_agree(page: Page) -> None:
    """Name, newest data, last completed load, audit."""
    assert (
        "E-mail report Harbour <Street> Bakery Data up to 21 November 2026; last loaded 21 November 2026, "
        "02:00 UTC. 1 of 2 counts that the account offers differ from this data;" in page.text
    )


@pytest.mark.parametrize(
    "figure",
    [
        "Contacts 390 367 may be mailed; deleted ones not counted",
        "Open rate 42.3% 825 opened, of 1,950 deliveries in the last 90 days",
        "Click rate 8.5% 165 clicked, of 1,950 deliveries in the last 90 days",
        "Sends, 90 days 2,000 in 5 mailings; 1,950 did not bounce",
    ],
)
def test_key_figures_state_their_denominators(page: Page, figure: str) -> None:
    """Each figure says of what it is a share; the numbers are those of the marts."""
    assert figure in page.text


def test_what_the_account_wrote_is_text(page: Page) -> None:
    """Names with markup are shown, never run."""
    assert page.scripts == 1
    assert "Trade <script>alert(1)</script>" in page.text


def test_deleted_lists_are_left_out(page: Page) -> None:
    """Only lists that exist are shown."""
    assert "Gone" not in page.text


def test_charts_speak(page: Page) -> None:
    """Each mark has a label of its own, at both widths: for screen readers and for the pointer."""
    assert page.labels.count("Week 0: bread & butter, 20 Jan 2026: 25.64% opened") == 2
    assert page.labels.count("June 2025: 23 joined") == 2
    assert "Tue 09:00: 25.6% opened, 1 mailing" in page.labels


def test_colours_of_charts_are_the_pages_own(page: Page) -> None:
    """Marks use the page's variables, so that light, dark and print share one drawing."""
    colours = set(re.findall(r' (?:fill|stroke)="(#[0-9a-fA-F]+|rgb[^"]+)"', page.source))

    assert colours == set()
    assert "prefers-color-scheme: dark" in page.source
    assert "@media print" in page.source


def test_growth_ends_with_those_who_stayed(page: Page) -> None:
    """The last point of the line is everyone who neither unsubscribed nor was deleted."""
    assert "November 2026: 367 kept" in page.labels


def test_empty_account_is_told_that_nothing_was_sent(tmp_path: Path) -> None:
    """Marts without a single mail give contacts and one friendly section, and no empty chart."""
    parts = (small_warehouse.RAW, small_warehouse.CONTACT_MARTS, small_warehouse.EMPTY_MAIL_MARTS)

    page = written(tmp_path, *parts)

    assert page.titles == ["Contacts and growth", "Nothing sent yet", "Lists"]


def test_missing_marts_are_missing_sections(tmp_path: Path) -> None:
    """Only the mails' mart: only their sections."""
    page = written(tmp_path, small_warehouse.MAIL_MARTS)

    assert page.titles == [
        "How mailings do over time",
        "Most clicked mailings",
        "When mailings are opened most",
        "Opt-outs",
    ]


def test_empty_warehouse_still_gives_a_page(tmp_path: Path) -> None:
    """Without any table the page says what to run."""
    page = written(tmp_path)

    assert page.titles == ["Nothing loaded yet"]
    assert "Your e-mail account" in page.text


def test_unknown_rates_are_called_unknown(tmp_path: Path) -> None:
    """A rate that is null in the mart is neither 0 nor an error."""
    nothing_known = "update marts.campaign_activities set opt_out_rate = null, opt_outs = null"
    unknown = f"{small_warehouse.MAIL_MARTS}; {nothing_known}"

    page = written(tmp_path, unknown)

    assert page.text.count("unknown") == 10  # each of the ten mailings shown
    assert "Opt-outs" not in page.titles


def test_mailings_of_unknown_opens_are_not_below_the_rate(tmp_path: Path) -> None:
    """Deliveries of a mailing whose opens are not loaded are no deliveries that nobody opened."""
    behind = (
        "update marts.campaign_activities set deliveries_opened = null, open_rate = null"
        " where first_sent_at = (select max(first_sent_at) from marts.campaign_activities)"
    )
    page = written(tmp_path, small_warehouse.RAW, f"{small_warehouse.MAIL_MARTS}; {behind}")

    assert "of 1,560 deliveries in the last 90 days Click rate" in page.text
    assert "Click rate 8.5% 165 clicked, of 1,950 deliveries in the last 90 days" in page.text


@pytest.mark.parametrize(
    ("mart", "columns"),
    [
        ("campaign_activities", report_data.MAIL_COLUMNS),
        ("contacts", report_data.CONTACT_COLUMNS),
        ("email_events", ("event_type", "is_first", "seconds_since_send", "link_url", "bounce_class")),
        ("lists", ("list_name", "members", "mailable_members", "active_members", "member_open_rate")),
    ],
)
def test_columns_that_the_report_reads_are_in_the_marts(mart: str, columns: tuple[str, ...]) -> None:
    """A renamed column of a mart fails here; the page itself would only lose a section."""
    sql = (project_dir() / "models" / "marts" / f"{mart}.sql").read_text("utf-8")

    assert [column for column in columns if not re.search(rf"\b{column}\b", sql)] == []
