"""What the login may read: its scopes and its user's privileges, against what each resource needs.

Pure. Source: contract (security and x-authorization-privileges of each operation): both must hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS, STATS
from sources.constant_contact.catalogue import CATALOGUE, FEEDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint

Lack = tuple[str, ...]
"""What is missing, in words: "the scope campaign_data", "the privilege campaign:read", or both."""

FOUND_THROUGH: Mapping[str, str] = {
    **dict.fromkeys((ACTIVITY_STATS, LINKS, *FEEDS), STATS),
    **{name: of.detail_of for name, of in CATALOGUE.items() if of.detail_of},
}
"""Resources of which nothing is asked for before another one shows that there is news."""
NAME = re.compile(r"[a-z][a-z_-]*(:[a-z_-]+)+")
"""Of a privilege, such as contacts:lists:read."""
SCOPES = frozenset(of.scope for of in CATALOGUE.values() if of.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What the login may do; None where it is not known."""

    scopes: Collection[str] | None = None
    privileges: Collection[str] | None = None


def as_granted(scopes: Collection[str] | None, privileges: Collection[str] | None) -> Granted:
    """A list in words of its own, with nothing that is known here, says nothing."""
    return Granted(
        scopes=scopes if scopes and SCOPES.intersection(scopes) else None, privileges=privileges or None
    )


def privilege_names(rows: Sequence[Any]) -> Collection[str] | None:
    """Those in an answer; None where a row has no proper name: it may be one that is then believed missing."""
    names = [row.get("privilege_name") if isinstance(row, dict) else None for row in rows]
    found = [name for name in names if isinstance(name, str) and NAME.fullmatch(name)]
    return found if len(found) == len(names) else None


def lacks(of: Endpoint, granted: Granted) -> Lack:
    """The scope, the privilege or both that are known to be missing for a resource itself."""
    found = []
    if of.scope and granted.scopes is not None and of.scope not in granted.scopes:
        found.append(f"the scope {of.scope}")
    if of.privilege and granted.privileges is not None and of.privilege not in granted.privileges:
        found.append(f"the privilege {of.privilege}")
    return tuple(found)


def unreadable(wanted: Collection[str], granted: Granted) -> dict[str, Lack]:
    """Wanted resource -> what is missing for it, or for one that it is found through."""
    found: dict[str, Lack] = {}
    for name, of in CATALOGUE.items():  # each comes after those that it needs
        before = (FOUND_THROUGH.get(name, ""), *of.needs)
        cause = lacks(of, granted) or next((found[each] for each in before if each in found), ())
        if cause:
            found[name] = cause
    return {name: cause for name, cause in found.items() if name in wanted}


def needed_for(wanted: Collection[str]) -> set[str]:
    """The wanted resources and all that they are found through."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*CATALOGUE[name].needs, *filter(None, [FOUND_THROUGH.get(name)])]
    return found


def lack_sentences(lacking: Mapping[str, Lack]) -> Iterator[str]:
    """One for all resources that lack the same."""
    by_cause: dict[Lack, list[str]] = defaultdict(list)
    for name, cause in lacking.items():
        by_cause[cause].append(name)
    for cause, names in by_cause.items():
        yield f"{subject(names)} left out for lack of {' and '.join(cause)}: {_to_do(cause)}"


def subject(names: Sequence[str]) -> str:
    """The names with the verb that fits so many: `a is`, `a, b are`."""
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _to_do(cause: Lack) -> str:
    if cause[0].startswith("the scope"):
        return "log in again with all scopes (ctct auth login), or leave them out with --exclude"
    return "ask the account's owner to give it to this user, or leave them out with --exclude"
