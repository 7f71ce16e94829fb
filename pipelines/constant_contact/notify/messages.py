"""Which messages a receiver is due, given what was sent to it before. Decides and words; sends and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.constant_contact.display.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pipelines.constant_contact.notify.causes import Findings

Sent = dict[str, tuple[str, ...]]
"""Kind -> the items of its cause that were reported and are not over."""
TITLES = {
    "failed": "the sync failed",
    "audit": "counts differ from the account",
    "set_aside": "rows are set aside",
    "drift": "the API's data has changed",
    "stale": "the data is stale",
    "busy": "the warehouse is busy",
    "quota": "the quota is spent or nearly spent",
    "login": "the login needs a person",
    "unusual": "a mail did unusually",
}
OVER = {
    "failed": "The last sync worked.",
    "audit": "All counts agree with the account again.",
    "set_aside": "No rows are set aside any more.",
    "drift": "The last sync met nothing new in the API's data.",
    "stale": "The data is fresh again.",
    "busy": "The last sync got the warehouse.",
    "quota": "Enough requests are left again.",
    "login": "The login works again.",
    "unusual": "No mail of the last two weeks stands out any more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose message it is."""

    profile: str
    dataset: str
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    kind: str
    state: Literal["alert", "over"]
    text: str
    origin: Origin
    items: tuple[str, ...] = ()
    """To be remembered once it is sent."""

    @property
    def subject(self) -> str:
        """One line."""
        what = TITLES[self.kind] if self.state == "alert" else f"over: {TITLES[self.kind]}"
        profile = "" if self.origin.profile == "default" else f"profile {self.origin.profile}, "
        return f"ctct: {what} ({profile}dataset {self.origin.dataset})"


def due(
    sent: Sent,
    findings: Findings,
    *,
    kinds: Collection[str],
    origin: Origin,
    redact: Callable[[str], str],
) -> list[Message]:
    """Alerts first, then what is over. A cause whose items were all reported is silent."""
    messages = []
    for cause in findings.causes:
        if cause.kind in kinds and cause.items - set(sent.get(cause.kind, ())):
            items = tuple(sorted(cause.items))
            text = plain(redact(cause.text), lines=True)  # it holds names of the account
            messages.append(Message(kind=cause.kind, state="alert", text=text, origin=origin, items=items))
    present = {cause.kind for cause in findings.causes}
    messages += [
        Message(kind=kind, state="over", text=OVER[kind], origin=origin)
        for kind in sorted(findings.looked_at - present)
        if kind in sent and kind in kinds
    ]
    return messages


def after(sent: Sent, findings: Findings, delivered: Collection[Message]) -> Sent:
    """What is remembered now: what was sent, less the items that are gone by themselves."""
    current = {cause.kind: cause.items for cause in findings.causes}
    kept: Sent = {}
    for kind, items in sent.items():
        left = tuple(sorted(current.get(kind, frozenset()).intersection(items)))
        if kind not in current:
            kept[kind] = items
        elif left:
            kept[kind] = left
    return _with(kept, delivered)


def _with(kept: Mapping[str, tuple[str, ...]], delivered: Collection[Message]) -> Sent:
    alerts = {message.kind: message.items for message in delivered if message.state == "alert"}
    over = {message.kind for message in delivered if message.state == "over"}
    return {kind: items for kind, items in {**kept, **alerts}.items() if kind not in over}
