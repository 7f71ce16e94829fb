"""Which rows a count counts: rules tried on the loaded rows, learned, applied, and given up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from raw_tables import RawTables, contacts

from sources.constant_contact.repair.audit_line import AuditLine
from sources.constant_contact.repair.contact_counts import CONSENTS
from sources.constant_contact.repair.count_rules import SURE, WORDS, by_rule, learned, numbers
from sources.constant_contact.state.changes import changed
from sources.constant_contact.state.counting import UNKNOWN, CountRules, counts_by, says, without_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.repair.count_rules import Numbers

PERMISSION = "email_address__permission_to_send"
GONE = date(2026, 1, 1)
NONE_COUNTED = dict.fromkeys(WORDS, 0)


def line(scope: str, scope_id: str, source: int, loaded: int) -> AuditLine:
    return AuditLine(
        table="t",
        scope=scope,
        scope_id=scope_id,
        source_count=source,
        loaded_count=loaded,
        ok=source == loaded,
    )


def counting(**rules: int) -> Numbers:
    return {("total", ""): NONE_COUNTED | rules}


def rules_of(*changes: Any) -> CountRules:
    return CountRules.of(changed({}, changes))


@pytest.mark.parametrize(
    ("permission", "deleted", "expected"),
    [
        ("explicit", False, {"with_deleted", "active", "active_with_deleted", "counted"}),
        ("explicit", True, {"with_deleted", "active_with_deleted"}),
        ("implicit", False, {"with_deleted", "active", "active_with_deleted", "counted"}),
        ("pending_confirmation", False, {"with_deleted", "counted"}),
        ("unsubscribed", False, {"with_deleted", "counted"}),
        ("unsubscribed", True, {"with_deleted"}),
        ("temp_hold", False, {"with_deleted"}),
        (None, False, {"with_deleted"}),
    ],
)
def test_a_rule_says_which_contacts_the_total_counts(
    permission: str | None, deleted: bool, expected: set[str]
) -> None:
    one = contacts("c1", **{PERMISSION: permission}, deleted_at=GONE if deleted else None)
    tables = RawTables(contacts=one)
    found = numbers(tables, CONSENTS, tables.columns())["total", ""]
    assert dict.fromkeys(expected, 1) | dict.fromkeys(WORDS.keys() - expected, 0) == found


def test_rules_are_counted_for_every_consent_list_and_tag() -> None:
    """A member that is no contact here counts nowhere."""
    tables = RawTables(
        contacts=[
            *contacts("c1", "c2"),
            *contacts("c3", deleted_at=GONE),
            *contacts("c4", **{PERMISSION: "pending_confirmation"}),
        ],
        contacts__list_memberships=[
            {"contact_id": each, "list_id": "l1"} for each in ("c1", "c3", "c4", "nobody")
        ],
        contacts__taggings=[{"contact_id": "c3", "tag_id": "l1"}],
    )
    found = numbers(tables, CONSENTS, tables.columns())
    assert (3, 1, 0) == tuple(
        found["consent", name]["with_deleted"] for name in ("explicit", "pending", "implicit")
    )
    assert (3, 1) == (found["list", "l1"]["with_deleted"], found["list", "l1"]["active"])
    assert (1, 0) == (found["tag", "l1"]["with_deleted"], found["tag", "l1"]["active"])
    assert NONE_COUNTED == found["list", "l9"]


def test_of_tables_that_are_not_there_nothing_is_counted() -> None:
    tables = RawTables(contacts=contacts("c1"))
    assert 1 == numbers(tables, CONSENTS, tables.columns())["total", ""]["active"]
    assert NONE_COUNTED == numbers(tables, CONSENTS, {})["total", ""]


FITTING = counting(with_deleted=5, active=2)


@pytest.mark.parametrize(
    ("source", "loaded", "rules", "expected"),
    [
        pytest.param(5, 3, (), (3, False), id="no rule is known"),
        pytest.param(5, 3, (counts_by("total", "with_deleted"),), (5, True), id="a rule that fits"),
        pytest.param(5, 3, (counts_by("total", "active"),), (2, False), id="one that does not fit any more"),
        pytest.param(3, 3, (counts_by("total", "with_deleted"),), (3, True), id="agrees without it"),
        pytest.param(9, 3, (counts_by("total", UNKNOWN),), (3, True), id="the count says nothing"),
        pytest.param(9, 3, (says("total", "", something=False),), (3, True), id="this one says nothing"),
        pytest.param(5, 3, (counts_by("list", "with_deleted"),), (3, False), id="the rule of other counts"),
    ],
)
def test_a_line_is_counted_by_its_rule(
    source: int, loaded: int, rules: Any, expected: tuple[int, bool]
) -> None:
    found = by_rule(line("total", "", source, loaded), rules_of(*rules), FITTING)
    assert expected == (found.loaded_count, found.ok)
    assert (found.ok and source != loaded) is bool(found.explanation)


def test_a_rule_of_one_count_comes_before_that_of_its_scope() -> None:
    """Ids may hold colons, and a list of the name of a scope is no scope."""
    rules = rules_of(
        counts_by("list", "active"),
        says("list", "a:b", something=False),
        says("tag", "list", something=False),
    )
    assert (UNKNOWN, "active") == (rules.rule("list", "a:b"), rules.rule("list", "a"))
    assert (None, UNKNOWN) == (rules.rule("tag", "x"), rules.rule("tag", "list"))
    assert (True, True, False) == (rules.unknown("list"), rules.unknown("tag"), rules.unknown("total"))


TOTAL_OFF = [line("total", "", 5, 3)]
FAR_OFF = [line("total", "", 3 + SURE, 3)]
KNOWN = (counts_by("total", "with_deleted"),)


@pytest.mark.parametrize(
    ("lines", "counted", "before", "all_read", "expected"),
    [
        pytest.param([], {}, (), True, {}, id="nothing is counted"),
        pytest.param([line("total", "", 3, 3)], {}, (), True, {}, id="agrees"),
        pytest.param(TOTAL_OFF, {"with_deleted": 5}, (), True, {"total": "with_deleted"}, id="one rule fits"),
        pytest.param(TOTAL_OFF, {"with_deleted": 4}, (), True, {}, id="none fits"),
        pytest.param(TOTAL_OFF, {"with_deleted": 5}, (), False, {}, id="an accident, as not all were read"),
        pytest.param(
            FAR_OFF,
            {"active": 3 + SURE},
            (),
            False,
            {"total": "active"},
            id="no accident: it is off by too much",
        ),
        pytest.param(TOTAL_OFF, {UNKNOWN: 5}, (), True, {}, id="that nothing is known is no rule"),
        pytest.param(
            TOTAL_OFF,
            {"with_deleted": 5, "active": 5},
            (),
            True,
            {"total": "with_deleted"},
            id="of two the first",
        ),
        pytest.param(
            TOTAL_OFF,
            {"active": 5},
            KNOWN,
            True,
            {"total": "active"},
            id="another rule takes the place of the known one",
        ),
        pytest.param(
            TOTAL_OFF, {"with_deleted": 5}, KNOWN, True, {"total": "with_deleted"}, id="the known one fits"
        ),
        pytest.param(
            TOTAL_OFF, {}, KNOWN, True, {"total": "with_deleted"}, id="it no longer fits, nor does another"
        ),
        pytest.param(
            [line("total", "", 3, 3)], {}, KNOWN, True, {}, id="agrees without: the rule is given up"
        ),
        pytest.param(
            [line("total", "", 3, 3)],
            {},
            KNOWN,
            False,
            {"total": "with_deleted"},
            id="agrees, but not all were read",
        ),
        pytest.param(
            TOTAL_OFF,
            {"with_deleted": 5},
            (says("total", "", something=False),),
            True,
            {"total": "with_deleted"},
            id="a count that said nothing says something again",
        ),
    ],
)
def test_a_rule_is_learned_where_it_fits(
    lines: list[AuditLine], counted: Mapping[str, int], before: Any, all_read: bool, expected: Any
) -> None:
    state = changed({}, before)
    found = changed(state, learned(lines, CountRules.of(state), counting(**counted), all_read=all_read))
    assert expected == CountRules.of(found).by_count


@pytest.mark.parametrize(
    ("second", "expected"), [(4, {"list": "with_deleted"}), (5, {})], ids=["both fit", "one does not"]
)
def test_a_rule_must_fit_all_counts_of_its_kind(second: int, expected: Any) -> None:
    lines = [line("list", "l1", 3, 2), line("list", "l2", second, 4)]
    counted = {("list", name): NONE_COUNTED | {"with_deleted": n} for name, n in (("l1", 3), ("l2", 4))}
    found = changed({}, learned(lines, CountRules(), counted, all_read=True))
    assert expected == CountRules.of(found).by_count


def test_kinds_of_counts_learn_apart() -> None:
    """What lists teach says nothing of tags, and what is said of the e-mails is not looked at."""
    lines = [line("list", "x", 3, 2), line("tag", "x", 7, 2), line("campaign", "x", 3, 2)]
    counted = {(scope, "x"): NONE_COUNTED | {"active": 3} for scope in ("list", "tag", "campaign")}
    found = changed({}, learned(lines, CountRules(), counted, all_read=True))
    assert {"list": "active"} == CountRules.of(found).by_count


def test_without_rules_all_else_is_known() -> None:
    state = changed({"contacts": {"mark": "m"}, "audit": {"settled": {"total": {"all": 1}}}}, KNOWN)
    assert {"contacts": {"mark": "m"}, "audit": {"settled": {"total": {"all": 1}}}} == without_rules(state)
    assert {"total": "with_deleted"} == CountRules.of(state).by_count
