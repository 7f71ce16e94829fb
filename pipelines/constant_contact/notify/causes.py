"""What is worth an alert: the causes that a run, or a check of its age, has shown. Pure functions of what happened.

A cause has a kind and items. It is reported when it has an item that was not reported before, and is over when a run
that could have seen it did not. Words with digits are left out of the item of a failure: with another count it is the
same failure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import LoginFailed, NotLoggedIn, TokenRevoked, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Collection

    from pendulum import DateTime

    from pipelines.constant_contact.display.verdict import Verdict
    from pipelines.constant_contact.events import RunResult
    from sources.constant_contact.api.login import LoginStatus
    from sources.constant_contact.repair.audit_line import AuditLine

KINDS = ("failed", "audit", "set_aside", "drift", "stale", "busy", "quota", "login", "unusual")
LOGIN_ERRORS = (LoginFailed, NotLoggedIn, TokenRevoked, Unauthorized)
QUOTA_LEFT = 0.1
"""Share of the day's requests; with less left, the quota is nearly spent."""
LAPSES_WITHIN_DAYS = 14
MAX_NAMED = 5
ANSWERED = frozenset({"failed", "busy", "login"})
"""What a run that was answered by the API and loaded rows shows to be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    kind: str
    items: frozenset[str]
    text: str
    """Sentences for a person: what, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was looked at, and what was found."""

    causes: tuple[Cause, ...] = ()
    looked_at: frozenset[str] = frozenset()
    """Kinds of which there are no other causes than these."""

    def __add__(self, other: Findings) -> Findings:
        return Findings(causes=self.causes + other.causes, looked_at=self.looked_at | other.looked_at)


def of_run(result: RunResult, *, per_day: int, kinds: Collection[str] = KINDS) -> Findings:
    """`per_day`: requests that may be sent in a UTC day. `kinds`: what somebody wants to hear of."""
    if result.cause == "busy":
        return Findings(causes=(_busy(result.stopped_reason),))
    if result.status == "failed":
        return Findings(
            causes=(stopped(result.stopped_reason, of_login=result.cause == "login", kinds=kinds),)
        )
    looked_at = ANSWERED | {"quota", "set_aside"}
    causes = [*_quota(result, per_day), *_set_aside(result), *_drift(result)]
    if result.status == "complete":
        looked_at |= {"audit", "drift", "stale"}
        causes += _audit(result.audit)
    return Findings(causes=tuple(causes), looked_at=looked_at)


def of_error(error: Exception, *, kinds: Collection[str] = KINDS) -> Findings:
    """A run that ended before it had a result."""
    text = str(error)
    if getattr(error, "exit_code", None) == 75:  # noqa: PLR2004 - the warehouse is in use
        return Findings(causes=(_busy(text),))
    return Findings(causes=(stopped(text, of_login=isinstance(error, LOGIN_ERRORS), kinds=kinds),))


def stopped(reason: str, *, of_login: bool, kinds: Collection[str] = KINDS) -> Cause:
    """Of kind login where the login is why, and somebody wants to hear of logins; else failed."""
    if of_login and "login" in kinds:
        return Cause(
            kind="login",
            items=frozenset({"not accepted"}),
            text=_sentence(f"The login does not work: {reason}"),
        )
    return Cause(
        kind="failed",
        items=frozenset({_without_numbers(reason)}),
        text=_sentence(f"The run failed: {reason}"),
    )


def of_login(status: LoginStatus, *, now: DateTime) -> Findings:
    """Raises no all-clear: a kept login that is young may still be refused. Asks nothing of the server."""
    if status.kind != "login":
        return Findings()
    if status.refresh_lapses_at is None:
        until = (
            f" on {status.access_expires_at:%Y-%m-%d %H:%M} UTC"
            if status.access_expires_at
            else " within a day"
        )
        text = (
            f"The login ends{until} and cannot be renewed, because offline_access was not granted. "
            "Log in again: ctct auth login."
        )
        return Findings(causes=(Cause(kind="login", items=frozenset({"not renewable"}), text=text),))
    days = (status.refresh_lapses_at - now).days
    if days > LAPSES_WITHIN_DAYS:
        return Findings()
    text = f"The login lapses in {max(0, days)} day(s) unless a sync runs before. Run ctct sync, or ctct auth login."
    return Findings(causes=(Cause(kind="login", items=frozenset({"lapses"}), text=text),))


def of_verdict(verdict: Verdict) -> Findings:
    """Of the age of the newest complete run."""
    text = f"{verdict.sentence}. See ctct runs for why, and run ctct sync."
    return Findings(causes=() if verdict.fresh else (_stale(text),), looked_at=frozenset({"stale"}))


def of_unreadable(reason: str) -> Findings:
    """Of data whose age cannot be told."""
    return Findings(causes=(_stale(_sentence(f"How old the data is cannot be read: {reason}")),))


def _stale(text: str) -> Cause:
    return Cause(kind="stale", items=frozenset({"stale"}), text=text)


def _busy(reason: str) -> Cause:
    text = _sentence(f"The warehouse stayed busy, so nothing new is loaded: {reason}")
    return Cause(kind="busy", items=frozenset({"busy"}), text=text)


def _quota(result: RunResult, per_day: int) -> list[Cause]:
    if result.cause != "quota" and result.remaining_today > QUOTA_LEFT * per_day:
        return []
    text = f"{result.remaining_today:,} of the {per_day:,} requests of this UTC day are left."
    if result.cause == "quota":
        text = f"{_sentence(result.stopped_reason)} The next run goes on where this one stopped."
    return [Cause(kind="quota", items=frozenset({"quota"}), text=text)]


def _set_aside(result: RunResult) -> list[Cause]:
    counts = {table: rows for table, rows in result.set_aside.items() if rows}
    if not counts:
        return []
    named = [f"{rows:,} of {table}" for table, rows in counts.items()]
    text = f"Rows without a usable key are set aside: {_listed(named)}. See the table _ctct_set_aside."
    return [Cause(kind="set_aside", items=frozenset(counts), text=text)]


def _drift(result: RunResult) -> list[Cause]:
    if not result.drift:
        return []
    text = f"The API sends what it did not send before: {_listed(result.drift)}. Nothing is lost: it is kept beside."
    return [Cause(kind="drift", items=frozenset(result.drift), text=text)]


def _audit(lines: Collection[AuditLine]) -> list[Cause]:
    wrong = [line for line in lines if not line.ok]
    if not wrong:
        return []
    named = [
        f"{_scope(line)}: {line.source_count:,} in the account, {line.loaded_count:,} here" for line in wrong
    ]
    text = f"{len(wrong)} of {len(lines)} counts differ from the account: {_listed(named)}. See ctct status."
    items = frozenset(f"{line.table} {line.scope} {line.scope_id}" for line in wrong)
    return [Cause(kind="audit", items=items, text=text)]


def _scope(line: AuditLine) -> str:
    return (
        line.table
        if line.scope == "total"
        else f"{line.table} of {line.scope} {line.scope_name or line.scope_id}"
    )


def _listed(names: Collection[str]) -> str:
    first = list(names)[:MAX_NAMED]
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{'; '.join(first)}{more}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _without_numbers(text: str) -> str:
    """Without every word that has a digit: counts, times, ids."""
    return re.sub(r"\S*\d\S*", "#", text)
