"""The dashboard without a browser: who is let in, what filters count, and what is shown while the file is busy."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import re
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING, Any

import duckdb
import httpx
import pytest
import small_warehouse

from pipelines.constant_contact.dashboard.server import Dashboard
from pipelines.constant_contact.dashboard.store import Store
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.warehouse import opened_for_reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.constant_contact.destinations.warehouse import Warehouse

TOKEN = "a-token-of-the-tests"
HOME = "http://127.0.0.1:8000"
TARGETS = """
alter table marts.campaign_activities add column contact_list_ids text;
alter table marts.campaign_activities add column segment_ids text;
alter table marts.campaign_activities add column human_deliveries_opened bigint;
alter table marts.campaign_activities add column human_deliveries_clicked bigint;
update marts.campaign_activities set
    contact_list_ids = case when deliveries_clicked % 2 = 0 then '["news","trad"]' else '["news"]' end,
    segment_ids = case when deliveries_clicked % 3 = 0 then '[7]' end,
    human_deliveries_opened = deliveries_opened - 40, human_deliveries_clicked = deliveries_clicked - 9;
create table marts.segments as select 7 as segment_id, 'Loyal' as segment_name;
alter table marts.links add column clicks bigint;
update marts.links set clicks = 3;
"""
SECOND = """
create schema constant_contact_shop; create schema constant_contact_shop_analytics;
create table constant_contact_shop._dlt_loads as select * from constant_contact._dlt_loads;
create table constant_contact_shop.account as
select 'a2' as encoded_account_id, 'Second Shop' as organization_name, 'UTC' as time_zone_id;
create table constant_contact_shop_analytics.campaign_activities as
select * from constant_contact_analytics.campaign_activities limit 5;
"""
ALWAYS = "from=&to="


class Clock:
    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 22, 7, 5, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.time


class Visitor:
    """A browser without a network: it keeps cookies and follows where it is led."""

    def __init__(self, application: Any) -> None:
        self._transport = httpx.ASGITransport(app=application)
        self._cookies = httpx.Cookies()

    def get(self, path: str, **how: Any) -> httpx.Response:
        return asyncio.run(self._get(path, **{"follow_redirects": True} | how))

    async def _get(self, path: str, **how: Any) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url=HOME, cookies=self._cookies
        ) as client:
            answer = await client.get(path, **how)
            self._cookies = client.cookies
        return answer


def page_of(folder: Path, clock: Clock) -> tuple[Path, Visitor]:
    """A warehouse of two accounts, and somebody who has not been to its page yet."""
    file = small_warehouse.write(folder / "mail.duckdb", *small_warehouse.FULL, TARGETS)
    with duckdb.connect(str(file)) as connection:
        connection.execute(SECOND)

    def open_warehouse(say: Callable[[str], None]) -> Warehouse:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DLT_DATA_DIR", str(folder / "dlt"))
            environment.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(file))
            return opened_for_reading(Target(), None, say)

    page = Dashboard(Store(open_warehouse, clock), account=small_warehouse.DATASET, token=TOKEN)
    return file, Visitor(page.application())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Visitor]:
    file, visitor = page_of(tmp_path_factory.mktemp("served"), Clock())
    assert 200 == visitor.get(f"/?token={TOKEN}").status_code
    return file, visitor


@pytest.fixture
def file(served: tuple[Path, Visitor]) -> Path:
    return served[0]


@pytest.fixture
def browser(served: tuple[Path, Visitor]) -> Visitor:
    return served[1]


def words(page: str) -> str:
    body = re.sub(r"(?s)<(script|style)>.*?</\1>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def asked(file: Path, sql: str) -> tuple[object, ...]:
    with duckdb.connect(str(file), read_only=True) as connection:
        [row] = connection.execute(sql.replace("marts.", f"{small_warehouse.MARTS_DATASET}.")).fetchall()
        return row


def test_only_the_token_lets_in(tmp_path: Path) -> None:
    """Neither without it, nor with another one, nor under another name of the server; then it leaves the address."""
    _, stranger = page_of(tmp_path, Clock())
    for address in ("/", "/mailings.csv", "/?token=wrong", "/?token=%C3%BC"):
        refused = stranger.get(address)
        assert (403, False) == (refused.status_code, "Bakery" in refused.text)
    assert 400 == stranger.get(f"/?token={TOKEN}", headers={"Host": "evil.example"}).status_code

    first = stranger.get(f"/?token={TOKEN}&list=news", follow_redirects=False)
    assert (303, f"{HOME}/?list=news") == (first.status_code, first.headers["location"])
    assert {"httponly", "samesite=strict"} <= set(first.headers["set-cookie"].lower().split("; "))
    assert 200 == stranger.get("/").status_code


@pytest.mark.parametrize(
    ("query", "where"),
    [
        (ALWAYS, "true"),
        (f"{ALWAYS}&list=trad", "contact_list_ids like '%\"trad\"%'"),
        (f"{ALWAYS}&segment=7", "segment_ids = '[7]'"),
        (f"{ALWAYS}&campaign=m4", "campaign_id = 'm4'"),
        ("from=2026-03-01&to=2026-06-30", "first_sent_date between '2026-03-01' and '2026-06-30'"),
        (
            "from=2026-03-01&to=&list=trad",
            "contact_list_ids like '%trad%' and first_sent_date >= '2026-03-01'",
        ),
    ],
    ids=["everything", "list", "segment", "campaign", "days", "list and days"],
)
def test_figures_are_what_sql_says(browser: Visitor, file: Path, query: str, where: str) -> None:
    """Each filter counts the mailings that SQL counts, on the page and in its CSV file."""
    mailings, delivered, sent, opened, clicked = asked(
        file,
        "select count(*), sum(deliveries), sum(sends), sum(deliveries_opened), sum(deliveries_clicked)"
        f" from marts.campaign_activities where {where}",
    )
    text = words(browser.get(f"/?{query}").text)
    assert f"Mailings {mailings} " in text
    assert f"Delivered {delivered:,} of {sent:,} sent" in text
    assert f"Open rate {opened / delivered:.1%} {opened:,} opened, of {delivered:,} deliveries" in text
    assert f"Click rate {clicked / delivered:.1%} {clicked:,} clicked" in text

    rows = list(
        csv.DictReader(browser.get(f"/mailings.csv?{query}").content.decode("utf-8-sig").splitlines())
    )
    assert (mailings, opened) == (len(rows), sum(int(row["opened"]) for row in rows))


def test_machines_can_be_left_out(browser: Visitor, file: Path) -> None:
    """Opens and clicks of people only are the marts' human ones."""
    opened, clicked = asked(
        file,
        "select sum(human_deliveries_opened), sum(human_deliveries_clicked) from marts.campaign_activities",
    )
    text = words(browser.get(f"/?{ALWAYS}&opens=people").text)
    assert f"{opened:,} opened" in text
    assert f"{clicked:,} clicked" in text


def test_accounts_of_one_warehouse_alone_and_together(browser: Visitor) -> None:
    """Another account, all of them, and one that is not there."""
    shop = words(browser.get(f"/?{ALWAYS}&account=constant_contact_shop").text)
    assert "Second Shop Loaded" in shop
    assert "Mailings 5 " in shop
    everything = words(browser.get(f"/?{ALWAYS}&account=all").text)
    assert "All accounts Loaded" in everything
    assert f"Mailings {small_warehouse.MAILS + 5} " in everything
    assert "There is no account gone here" in words(browser.get("/?account=gone").text)


def test_lists_segments_and_pages_of_the_shown_mailings(browser: Visitor, file: Path) -> None:
    """The breakdowns follow the filters too."""
    text = words(browser.get(f"/?{ALWAYS}&segment=7").text)
    of_list, delivered = asked(
        file,
        "select count(*), sum(deliveries) from marts.campaign_activities"
        " where segment_ids = '[7]' and contact_list_ids like '%trad%'",
    )
    everything, *_ = asked(file, "select count(*) from marts.campaign_activities where segment_ids = '[7]'")
    assert f"Trade <script>alert(1)</script> {of_list} mailings · 90 members today {delivered:,}" in text
    assert f"bakery.example/offer in {everything} mailings {everything * 12}" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "from=yesterday is no day; write it as 2026-01-31"),
        ("from=2026-05-01&to=2026-04-01", "from 2026-05-01 is later than to 2026-04-01; exchange them"),
    ],
)
def test_an_address_that_cannot_be_is_a_sentence(browser: Visitor, query: str, said: str) -> None:
    """Status 400 and one line."""
    for path in ("/", "/mailings.csv"):
        answer = browser.get(f"{path}?{query}")
        assert (400, f"{said}\n") == (answer.status_code, answer.text)


def test_a_filter_of_what_is_not_there_is_left_out_and_said(browser: Visitor) -> None:
    """A bookmark of a list that is gone shows the account, with a word about it; so do days without a mailing."""
    text = words(browser.get(f"/?{ALWAYS}&list=gone").text)
    assert "This account sent nothing to list gone: that filter is left out." in text
    assert f"Mailings {small_warehouse.MAILS} " in text
    assert "No mailing fits" in words(browser.get("/?from=2020-01-01&to=2020-02-01").text)


def test_nothing_comes_from_elsewhere(browser: Visitor) -> None:
    """No address of another place in what a browser would fetch, and a policy that forbids one."""
    page = browser.get("/")
    assert [] == re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", page.text)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "no-store" == page.headers["cache-control"]


def test_figures_stay_while_a_program_has_the_file(tmp_path: Path) -> None:
    """They are those of the last time with a word about it, and new ones come once it is free."""
    clock = Clock()
    file, browser = page_of(tmp_path, clock)
    assert 200 == browser.get(f"/?token={TOKEN}").status_code
    hold = (
        (
            "import duckdb, sys\n"
            "held = duckdb.connect(sys.argv[1])\n"
            "held.execute('delete from constant_contact_analytics.campaign_activities where campaign_id = ''m4''')\n"
            "print('held', flush=True)\n"
            "sys.stdin.readline()"
        )
        .replace("''", '"')
        .replace('"m4"', "\\'m4\\'")
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert "held\n" == other.stdout.readline()
        clock.time += dt.timedelta(minutes=1)
        text = words(browser.get(f"/?{ALWAYS}&list=news").text)
        other.communicate("\n")
    assert "A sync has the warehouse: these figures are as of 07:05 UTC" in text
    assert f"Mailings {small_warehouse.MAILS} " in text

    clock.time += dt.timedelta(minutes=1)
    text = words(browser.get(f"/?{ALWAYS}&list=news").text)
    assert "A sync has" not in text
    assert f"Mailings {small_warehouse.MAILS - 1} " in text
