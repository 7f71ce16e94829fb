"""The page for who comes from Fivetran: 40 tables, each with a counterpart that is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sources.constant_contact.catalogue import CATALOGUE, LANDING_PAGES, table, tables
from tests.contract.facts import FACTS

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "fivetran.md").read_text(encoding="utf-8")
LINES = [
    [re.findall(r"`(\w+)`", cell) for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
COUNT = 40
SHORTER = {
    "contacts_sms_engagement_history",
    "email_non_opener_resends",
    "email_campaign_summaries",
    "email_campaign_activity_stats",
}
"""Tables whose key needs less than there: the rest follows from it."""
WAITING = "not read yet"
READ = [line for line in LINES if line[2][0] in {one.name for one in tables()}]


def test_each_of_the_40_tables_has_one_counterpart() -> None:
    """None twice, none without a table and its columns."""
    assert COUNT == len({name for [name], *_ in LINES}) == len(LINES)
    assert [line for line in LINES if not (line[1] and len(line[2]) == 1 and line[3])] == []


def test_a_counterpart_that_is_not_there_is_said_to_be_missing() -> None:
    """Until it is read."""
    waiting = {line.split("`")[1] for line in PAGE.splitlines() if WAITING in line}
    assert {line[0][0] for line in LINES if line not in READ} <= waiting


@pytest.mark.parametrize("line", READ, ids=lambda line: line[0][0])
def test_a_counterpart_is_there_with_its_columns(line: list[list[str]]) -> None:
    """Table and columns are in the catalogue, and the columns are of the table's key."""
    _, theirs, [name], columns, _ = line
    of = table(name)
    assert [column for column in columns if column not in of.key] == []
    assert len(columns) >= len(theirs) or name in SHORTER


@pytest.mark.parametrize("line", READ, ids=lambda line: line[0][0])
def test_what_has_to_be_asked_for_is_said(line: list[list[str]]) -> None:
    """A counterpart that is off by default names the setting, and no other one does."""
    [name], words = line[2], line[4]
    owner = table(name).parent or name
    setting = "landing_page_ids" if owner in LANDING_PAGES else "opt_in"
    assert CATALOGUE[owner].opt_in == (setting in words)


def test_what_the_contract_does_not_offer_is_named() -> None:
    """And is not in the contract by now."""
    missing = re.findall(r"no `(\w+)`, which the contract does not offer", PAGE)
    assert missing == ["template_id"]
    activity = json.loads(FACTS.read_text(encoding="utf-8"))["definitions"]["EmailCampaignActivity"]
    assert set(missing) & activity["properties"].keys() == set()


def test_other_tables_that_the_page_names_are_there() -> None:
    """Every name of a table in its words is one of the catalogue."""
    named = {name for line in LINES for name in line[4] if "_" in name}
    settings = {"opt_in", "landing_page_ids", "template_id", "channel_type"}
    assert named - settings <= {one.name for one in tables()}
