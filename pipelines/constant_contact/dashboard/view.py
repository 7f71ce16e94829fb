"""What stands on the page: the mailings that the filters leave, counted and drawn. No HTML, no SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.constant_contact.dashboard.filters import ALL, RANGES
from pipelines.constant_contact.reporting import audience, charts, rates
from pipelines.constant_contact.reporting.comparison import Change
from pipelines.constant_contact.reporting.data import zoned
from pipelines.constant_contact.reporting.formats import many, number, percent
from pipelines.constant_contact.reporting.view import FEWEST_POINTS, Figure, count_note, rate_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipelines.constant_contact.dashboard.filters import Filters
    from pipelines.constant_contact.dashboard.snapshot import Account, Clicked, Group, Mailing, Snapshot
    from pipelines.constant_contact.reporting.charts import Drawing
    from pipelines.constant_contact.reporting.comparison import RateName
    from pipelines.constant_contact.reporting.rates import Rate
    from pipelines.constant_contact.reporting.rows import Mail
    from pipelines.constant_contact.reporting.view import Note

MAX_DRAWN = 400
"""Points further apart than a pixel."""
MAX_GROUPS = 12
MAX_PAGES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A list or a segment, over the mailings to it that are shown."""

    group_id: str
    name: str
    members: int | None
    mailings: int
    deliveries: int
    opened: Rate
    clicked: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    address: str
    clicks: int
    mailings: int


def chosen(snapshot: Snapshot, filters: Filters) -> tuple[Account, ...]:
    if filters.account == ALL:
        return snapshot.accounts
    return tuple(account for account in snapshot.accounts if account.dataset == filters.account)


def known_filters(snapshot: Snapshot, filters: Filters) -> tuple[Filters, tuple[str, ...]]:
    """Without what is not there, and a sentence about each such filter."""
    names = [account.dataset for account in snapshot.accounts]
    notes = []
    if filters.account not in {*names, ALL} and names:
        notes.append(f"There is no account {filters.account} here: {names[0]} is shown.")
        filters = replace(filters, account=names[0])
    accounts = chosen(snapshot, filters)
    single = accounts[0] if len(accounts) == 1 else None
    known = {
        "list_id": {group.group_id for group in single.lists} if single else set(),
        "segment_id": {group.group_id for group in single.segments} if single else set(),
        "campaign_id": {mailing.mail.campaign_id for mailing in single.mailings} if single else set(),
    }
    for field, ids in known.items():
        wanted = getattr(filters, field)
        if wanted and wanted not in ids:
            what = field.removesuffix("_id")
            notes.append(f"This account sent nothing to {what} {wanted[:40]}: that filter is left out.")
            filters = replace(filters, **{field: ""})  # type: ignore[arg-type]  # one of the texts
    return filters, tuple(notes)


def mails(accounts: Iterable[Account], filters: Filters) -> list[Mail]:
    """Oldest first."""
    found = [
        mailing.of_people() if filters.people_only else mailing.mail
        for account in accounts
        for mailing in account.mailings
        if filters.hold(mailing)
    ]
    return sorted(found, key=lambda mail: mail.sent_at)


def context(snapshot: Snapshot, filters: Filters) -> dict[str, object]:
    """Everything that the templates name. `filters`: such as `known_filters` gives."""
    accounts = chosen(snapshot, filters)
    single = accounts[0] if len(accounts) == 1 else None
    shown = mails(accounts, filters)
    earliest = [account.loaded_at for account in accounts if account.loaded_at is not None]
    return {
        "filters": filters,
        "heading": single.title if single else "All accounts",
        "zone": single.zone if single else "",
        "loaded_at": min(earliest, default=None),
        "accounts": [Option(value=account.dataset, name=account.title) for account in snapshot.accounts],
        "campaigns": _campaigns(single) if single else [],
        "lists": _options(single.lists) if single else [],
        "segments": _options(single.segments) if single else [],
        "ranges": _ranges(accounts),
        "figures": figures(accounts, filters, shown),
        "trend": _trend(shown),
        "growth": _growth(single, filters) if single else None,
        "list_lines": _lines(single, filters, single.lists, lambda one: one.list_ids) if single else [],
        "segment_lines": _lines(single, filters, single.segments, lambda one: one.segment_ids)
        if single
        else [],
        "pages": _pages(accounts, shown),
        "listed": shown[::-1],
    }


def today(accounts: Sequence[Account]) -> dt.date:
    """The day up to which the figures are known, as each account counts days: the newest load, or a newer mailing."""
    loaded = [
        account.loaded_at.astimezone(zoned(account.zone)).date()
        for account in accounts
        if account.loaded_at is not None
    ]
    sent = [account.mailings[-1].mail.sent_date for account in accounts if account.mailings]
    return max([*loaded, *sent], default=dt.datetime.now(dt.UTC).date())


def _campaigns(account: Account) -> list[Option]:
    """Newest first."""
    names: dict[str, str] = {}
    for mailing in account.mailings:
        names.pop(mailing.mail.campaign_id, None)  # one that was sent again is as new as that
        names[mailing.mail.campaign_id] = f"{mailing.mail.name} ({mailing.mail.sent_date})"
    return [Option(value=each, name=name) for each, name in reversed(names.items())]


def _options(groups: Iterable[Group]) -> list[Option]:
    return [Option(value=group.group_id, name=group.name) for group in groups]


def _ranges(accounts: Sequence[Account]) -> list[tuple[str, dt.date | None, dt.date | None]]:
    """Name, first and last day of each."""
    end = today(accounts)
    found = [(name, end - dt.timedelta(days=days - 1), end) for days, name in RANGES]
    return [*found, ("all", None, None)]


def figures(accounts: Sequence[Account], filters: Filters, shown: Sequence[Mail]) -> list[Figure]:
    """Six; each beside the same figure of as many days before, where days were chosen."""
    period = filters.period()
    before = None if period is None else mails(accounts, filters.during(period.before))
    against = "" if period is None else f"the {many(period.days, 'day')} before"
    resends = sum(mail.is_resend for mail in shown)
    return [
        Figure(
            label="Mailings",
            value=number(len(shown)),
            basis=f"{many(resends, 'resend')} among them",
            notes=()
            if before is None
            else (count_note(len(shown), len(before), f"against {against}", none=f"none in {against}"),),
        ),
        _delivered(shown, before, against),
        _rate(shown, before, against, "opened", "Open rate"),
        _rate(shown, before, against, "clicked", "Click rate"),
        _rate(shown, before, against, "opted_out", "Opt-out rate"),
        _rate(shown, before, against, "bounced", "Bounce rate"),
    ]


def _delivered(shown: Sequence[Mail], before: Sequence[Mail] | None, against: str) -> Figure:
    now = _deliveries(shown)
    notes: tuple[Note, ...] = ()
    if before is not None:
        notes = (count_note(now, _deliveries(before), f"against {against}", none=f"none in {against}"),)
    return Figure(
        label="Delivered",
        value=number(now),
        basis=f"of {sum(mail.sends for mail in shown):,} sent",
        notes=notes,
    )


def _deliveries(shown: Sequence[Mail]) -> int | None:
    """None where mailings were sent and of none is known what bounced."""
    known = [mail.deliveries for mail in shown if mail.deliveries is not None]
    return None if shown and not known else sum(known)


def _rate(
    shown: Sequence[Mail], before: Sequence[Mail] | None, against: str, name: RateName, label: str
) -> Figure:
    now = _pooled(shown, name)
    notes: tuple[Note, ...] = ()
    if before is not None:
        then = _pooled(before, name)
        clear = rates.differ(now, then)
        notes = (rate_note(Change(against=against, now=now.value, then=then.value, is_clear=clear)),)
    did, whole = (name.replace("_", " "), "sends" if name == "bounced" else "deliveries")
    return Figure(
        label=label,
        value=percent(now.value) if now.whole else "none",
        basis=f"{now.part:,} {did}, of {now.whole:,} {whole}",
        notes=notes,
    )


def _pooled(shown: Iterable[Mail], name: RateName) -> Rate:
    return rates.pooled(getattr(mail, name) for mail in shown)


def _trend(shown: Sequence[Mail]) -> Drawing | None:
    known = [mail for mail in shown if mail.opened is not None and mail.opened.whole][-MAX_DRAWN:]
    return charts.performance(known) if len(known) >= FEWEST_POINTS else None


def _growth(account: Account, filters: Filters) -> Drawing | None:
    """Of the whole account, in whole months from the first day on."""
    first = filters.since.replace(day=1) if filters.since else dt.date.min
    last = filters.until or dt.date.max
    months = audience.months([day for day in account.days if first <= day.day <= last])
    return charts.growth(months) if len(months) >= FEWEST_POINTS else None


def _lines(
    account: Account,
    filters: Filters,
    groups: Iterable[Group],
    of: Callable[[Mailing], frozenset[str]],
) -> list[Line]:
    """Those that the shown mailings went to, most delivered first."""
    found = [mailing for mailing in account.mailings if filters.hold(mailing)]
    lines = []
    for group in groups:
        sent = [
            mailing.of_people() if filters.people_only else mailing.mail
            for mailing in found
            if group.group_id in of(mailing)
        ]
        if sent:
            lines.append(_line(group, sent))
    return sorted(lines, key=lambda line: -line.deliveries)[:MAX_GROUPS]


def _line(group: Group, sent: Sequence[Mail]) -> Line:
    return Line(
        group_id=group.group_id,
        name=group.name,
        members=group.members,
        mailings=len(sent),
        deliveries=_deliveries(sent) or 0,
        opened=_pooled(sent, "opened"),
        clicked=_pooled(sent, "clicked"),
    )


def _pages(accounts: Iterable[Account], shown: Iterable[Mail]) -> list[Page]:
    """Most clicked first."""
    ids = {mail.activity_id for mail in shown}
    found: dict[str, list[Clicked]] = defaultdict(list)
    for account in accounts:
        for clicked in account.clicked:
            if clicked.activity_id in ids:
                found[clicked.address].append(clicked)
    pages = [
        Page(address=address, clicks=sum(one.clicks for one in each), mailings=len(each))
        for address, each in found.items()
    ]
    return sorted(pages, key=lambda page: (-page.clicks, page.address))[:MAX_PAGES]
