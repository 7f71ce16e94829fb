"""The weekly check by export: what it finds and sets right, how it ends without a file, and what it may send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from sources.constant_contact.catalogue import chosen
from sources.constant_contact.reads import exports
from sources.constant_contact.reads.exports import ExportFailedError, read_file
from sources.constant_contact.repair.export_check import compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

ORDER, JOB, FILE = "/v3/activities/contact_exports", "/v3/activities/{id}", "/v3/contact_exports/{id}"
NOBODY = "00000000-0000-4000-8000-000000000000"
CONTACTS = ("contacts", "contact_lists", "contact_counts", "account_privileges", "contact_export")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "WAITS_S", (0,) * 5)


@pytest.fixture
def checked(account: Callable[..., Account]) -> Callable[..., Account]:
    """An account whose contacts are checked, after its first night."""

    def start(**arguments: object) -> Account:
        one = account(contacts=60, campaigns=0, **arguments)
        one.configure(export_check="weekly")
        return one

    return start


def night(one: Account) -> tuple[str, ...]:
    """The warnings of a complete night about the export."""
    result = one.complete_night(select=CONTACTS)
    return tuple(sentence for sentence in result.warnings if "export" in sentence)


def orders(one: Account) -> int:
    return one.sandbox.log.by_path_template[ORDER]


@pytest.mark.long
def test_it_is_asked_for_once_a_week_and_costs_a_few_requests(checked: Callable[..., Account]) -> None:
    """One order, a few looks, one file; a second night of the same week asks for none of it; nothing differs."""
    one = checked()
    assert () == night(one)
    log = one.sandbox.log.by_path_template
    assert (1, 1) == (log[ORDER], sum(count for path, count in log.items() if "/contact_exports/" in path))
    assert () == night(one)
    assert 1 == orders(one)
    assert [0] == one.values("select count(*) from contact_export")


@pytest.mark.long
@pytest.mark.parametrize(
    "with_ids",
    [pytest.param(True, id="by id"), pytest.param(False, id="by address", marks=pytest.mark.long)],
)
def test_what_differs_is_read_again_and_told(checked: Callable[..., Account], with_ids) -> None:
    """A contact that is lost here and one that the account does not have are set right in the same night."""
    one = checked()
    one.sandbox.switches = replace(one.sandbox.switches, export_contact_id=with_ids)
    one.configure(export_check="off")
    night(one)
    lost, address = _mistake_one(one)
    one.configure(export_check="weekly")
    [sentence] = night(one)
    keys = "contact_id" if with_ids else "lower(email_address__address)"
    [count] = one.values(f"select count(distinct {keys}) from contacts where deleted_at is null")
    assert f"an export of {count:,} contacts" in sentence
    assert f"1 that were not loaded ({lost if with_ids else address.lower()})" in sentence
    assert "1 that it lacks" in sentence
    live = one.values("select contact_id from contacts where deleted_at is null")
    truth = [row["contact_id"] for row in one.sandbox.truth("contacts") if "deleted_at" not in row]
    assert sorted(truth) == sorted(live)
    assert ["missing", "surplus"] == one.values("select difference from contact_export order by difference")


def _mistake_one(one: Account) -> tuple[str, str]:
    """Give a live contact another id and address in the warehouse, so that no count shows that it is somebody else."""
    schema = "constant_contact"
    with duckdb.connect(str(one.warehouse)) as connection:
        found = connection.execute(
            f"select contact_id, email_address__address from {schema}.contacts"
            " where deleted_at is null and email_address__address is not null order by 1 limit 1"
        ).fetchall()[0]
        for (table,) in connection.execute(
            f"select table_name from information_schema.columns where table_schema = '{schema}'"
            " and column_name = 'contact_id' and starts_with(table_name, 'contacts')"
        ).fetchall():
            connection.execute(
                f"update {schema}.{table} set contact_id = '{NOBODY}' where contact_id = ?", [found[0]]
            )
        connection.execute(
            f"update {schema}.contacts set email_address__address = 'nobody@example.org' where contact_id = '{NOBODY}'"
        )
    return found[0], found[1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("never", "was still processing"),
        ("failed", "ended as failed"),
        ("timed_out", "ended as timed_out"),
    ],
)
def test_an_export_without_a_file_is_a_sentence(checked: Callable[..., Account], ends, words) -> None:
    """The night is complete, says so once, and does not order another one before a week is over."""
    one = checked()
    one.sandbox.switches = replace(one.sandbox.switches, export_ends_as=ends)
    [sentence] = night(one)
    assert "the check by export was not made" in sentence
    assert words in sentence
    assert () == night(one)
    assert 1 == orders(one)


@pytest.mark.long
def test_an_order_that_fails_is_tried_in_the_next_run(checked: Callable[..., Account]) -> None:
    """Nothing was ordered, so nothing has to be waited for."""
    one = checked()
    one.sandbox.set_fault("503_html", 1, path_prefix="/activities/contact_exports")
    [sentence] = night(one)
    assert "the next run tries again" in sentence
    assert () == night(one)
    assert 2 == orders(one)


@pytest.mark.long
def test_a_login_that_may_not_order_is_named_and_orders_nothing(checked: Callable[..., Account]) -> None:
    """Without contacts:write there is no order, and the run says what is missing."""
    one = checked()
    kept = tuple(name for name in one.sandbox.switches.privileges if name != "contacts:write")
    one.sandbox.switches = replace(one.sandbox.switches, privileges=kept)
    [sentence] = night(one)
    assert "contact_export is left out for lack of the privilege contacts:write" in sentence
    assert 0 == orders(one)


def test_without_the_setting_nothing_is_ordered(account: Callable[..., Account]) -> None:
    """Neither by a selection nor by `opt_in = ["all"]`; a word that is none is a sentence."""
    one = account(contacts=3, campaigns=0)
    one.complete_night(select=CONTACTS)
    assert 0 == orders(one)
    assert "contact_export" not in chosen(["all"])
    one.configure(export_check="daily")
    result = CliRunner().invoke(app, ["sync"])
    assert (2, True) == (
        result.exit_code,
        "export_check is 'daily'; choose from off, weekly" in result.stderr,
    )


@pytest.mark.parametrize(
    ("content", "by_id", "keys"),
    [
        (b"Contact ID,Email address\nA-1,Ann@x.org\n,b@x.org\n", True, {"a-1": "Ann@x.org"}),
        (b"\xef\xbb\xbfcontact_id\nA-1\n", True, {"a-1": ""}),
        (b"E-Mail Address,Name\nAnn@x.org,Ann\n,Bob\n", False, {"ann@x.org": "Ann@x.org"}),
        (b"Adresse,Name\nann@x.org,Ann\n", False, {"ann@x.org": "ann@x.org"}),
    ],
)
def test_files_are_understood_whatever_their_head_says(content, by_id, keys) -> None:
    """By the letters of known names, else by the column of addresses."""
    found = read_file(content, "job")
    assert (by_id, keys) == (found.by_id, dict(found.keys))


@pytest.mark.parametrize("content", [b"", b"Name\nAnn\n", b"\xff\xfe\x00"])
def test_a_file_that_names_nobody_is_a_sentence(content) -> None:
    with pytest.raises(ExportFailedError, match="the file of job job"):
        read_file(content, "job")


def test_who_is_loaded_as_deleted_is_no_difference() -> None:
    """Whether a file has removed contacts is not documented; contacts without an address cannot be told by it."""
    rows = [
        {"contact_id": "1", "email_address__address": "a@x.org", "deleted_at": None},
        {"contact_id": "2", "email_address__address": "b@x.org", "deleted_at": "2026-01-01"},
        {"contact_id": "3", "email_address__address": None, "deleted_at": None},
    ]
    for content in (b"Email address\na@x.org\n", b"Email address\nA@x.org\nb@x.org\n"):
        assert 0 == len(compared(read_file(content, "job"), rows))
    assert {"3": ""} == compared(read_file(b"Contact ID\n1\n", "job"), rows).surplus


@pytest.mark.long
def test_the_order_is_the_only_request_that_is_no_get(checked: Callable[..., Account]) -> None:
    """In a night of everything, with the check; token requests apart."""
    one = checked()
    sent: list[tuple[str, str]] = []
    one.monkeypatch.setattr(
        "sources.constant_contact.api.wire.Wire.exchange",
        _noting(sent),
    )
    one.complete_night()
    assert [("POST", "/v3/activities/contact_exports")] == [each for each in sent if each[0] != "GET"]


def _noting(sent: list[tuple[str, str]]):
    from sources.constant_contact.api.wire import Wire  # noqa: PLC0415

    exchange = Wire.exchange

    def noted(self: Wire, request, on_departure=None):
        sent.append(("GET" if request.form is None and request.order is None else "POST", request.path))
        return exchange(self, request, on_departure)

    return noted
