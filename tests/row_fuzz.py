"""A fuzz of rows: whatever a server does to some of them, the others are loaded exactly, and the next night heals.

Many mutations a night, so that thousands are affordable. A small sample runs with the long tests; the full number with
`-m slow`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import account_comparison
from row_mutations import FEEDS, Mutations, mutated

if TYPE_CHECKING:
    from collections.abc import Callable

    from account_comparison import Problem

OF_FEEDS = {f"email_{name}" for name in FEEDS}
REPORTS = {*OF_FEEDS, "email_links", "email_campaign_activity_stats", "email_campaign_stats"}
CONTACTS = 400
CAMPAIGNS = 6
SHARE = 0.2
CLEAN_NIGHTS = 5
"""One where no more than 20 feeds and contacts are to be asked for again, which a round may exceed."""
BEGAN = "2026-01-05T06:00:00Z"
"""Fixed, since the account's rows depend on it, and the mutations on the rows."""


def round_of(one: Any, seed: str, **night: Any) -> Mutations:
    """A night of mutations on a new warehouse or on a loaded one, then a clean one that reads all again."""
    if int(seed.rsplit("/", maxsplit=1)[-1]) % 2:
        one.log_in()
        assert "complete" == one.night(**night).status
        one.sandbox.advance(1)
    mutations = Mutations(seed=seed, share=SHARE)
    with mutated(one.sandbox, mutations):
        one.log_in()
        result = one.night(full_refresh=True, **night)
    assert ("complete", "") == (result.status, result.stopped_reason), seed
    unmutated = [
        str(each)
        for each in account_comparison.problems(one.sandbox, one.query)
        if not excused(one, each, mutations)
    ]
    audit = [line for line in result.audit if not line.ok]
    assert not unmutated, (seed, unmutated[:5], audit[:3])
    for _ in range(CLEAN_NIGHTS):
        one.log_in()
        result = one.night(full_refresh=True, **night)
        assert ("complete", "") == (result.status, result.stopped_reason), seed
        if not result.set_aside:
            break
    assert ({}, []) == (dict(result.set_aside), [line for line in result.audit if not line.ok]), seed
    left = [
        str(each)
        for each in account_comparison.problems(one.sandbox, one.query)
        if not stays(each, mutations)
    ]
    assert not left, (seed, left[:5])
    return mutations


def excused(one: Any, problem: Problem, mutations: Mutations) -> bool:
    """Whether a difference is the mutation itself, or follows from it."""
    table, key, touched = problem.table, own_key(problem), mutations.touched
    if problem.kind == "surplus" or key in touched.get(table, ()):
        return table in touched or table.split("__")[0] in touched
    if key[:1] in touched.get(table.split("__")[0], ()):
        return True
    if "__" in table and unread(table, key, touched):
        return True
    if table in OF_FEEDS and problem.kind == "differs" and (key[1],) in touched.get("contacts", ()):
        return True  # what follows a contact's own row
    return table.startswith("email_") and key[0] in campaigns_touched(one, touched)


def own_key(problem: Problem) -> tuple[Any, ...]:
    """The key by which mutations are noted: a click's without its link."""
    return problem.key[:3] if problem.table in OF_FEEDS else problem.key


def unread(table: str, key: tuple[Any, ...], touched: dict[str, set[tuple[Any, ...]]]) -> bool:
    """A link to something that itself came wrong."""
    to = {"contacts__list_memberships": "contact_lists", "contacts__taggings": "contact_tags"}
    return (key[-1],) in touched.get(to.get(table, "custom_fields"), ())


def campaigns_touched(one: Any, touched: dict[str, set[tuple[Any, ...]]]) -> set[str]:
    """Campaigns of which something came wrong, with their e-mails: what was read for them may be missing."""
    ids = {
        part
        for table in ("email_campaigns", "email_campaign_activities", *REPORTS - OF_FEEDS)
        for key in touched.get(table, ())
        for part in key
    }
    found: set[str] = set()
    for campaign in one.sandbox.campaigns.rows:
        mails = {activity.activity_id for activity in campaign.activities}
        if ids & {campaign.campaign_id, *mails}:
            found |= {campaign.campaign_id, *mails}
    return found


def stays(problem: Problem, mutations: Mutations) -> bool:
    """What no later night can see: a value of an event or of a total that came wrong, but could be right."""
    if problem.table in REPORTS:
        return problem.kind == "differs" and own_key(problem) in mutations.touched.get(problem.table, ())
    return problem.kind == "surplus" and problem.table.split("__")[0] == "contacts"


def rounds(account: Callable[..., Any], name: str, at_least: int, **night: Any) -> str:
    """Rounds until so many rows were changed; the figures."""
    kinds: Counter[str] = Counter()
    count = number = 0
    while count < at_least:
        one = account(contacts=CONTACTS, campaigns=CAMPAIGNS, seed=7 + number, start=BEGAN)
        mutations = round_of(one, f"{name}/{number}", **night)
        count += mutations.count
        kinds.update(mutations.kinds)
        number += 1
    return f"{count} mutations in {number} rounds: {dict(kinds)}"
