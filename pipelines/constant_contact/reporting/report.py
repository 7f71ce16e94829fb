"""The report: one HTML page that needs nothing but a browser, made from the marts.

Knows the page: which sections there are, in which order, and what is said about their denominators. Numbers
come from `data`, drawings from `charts`, looks from `report_page/`. Everything that came from the
account is escaped. A section whose mart is missing is left out; an account that sent nothing is told so.
"""

from __future__ import annotations

import base64
import hashlib
import zoneinfo
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from pipelines.constant_contact import files
from pipelines.constant_contact.reporting import charts
from pipelines.constant_contact.reporting import data as report_data

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pipelines.constant_contact.reporting.charts import Drawing
    from pipelines.constant_contact.reporting.data import Mail, ReportData
    from pipelines.constant_contact.reporting.dataset_view import Query

PAGE_DIR = Path(__file__).parent / "report_page"
MAX_MAILS = 10
FEWEST_DELIVERIES = 20  # a mailing to fewer people is a test, not a success


def write_report(
    *, query: Query, dataset: str, analytics_dataset: str, out: Path, generated_at: dt.datetime
) -> Path:
    """Write the page to `out` (its folder is made) and return it; `generated_at` is UTC."""
    data = report_data.read(
        query=query, dataset=dataset, analytics_dataset=analytics_dataset, generated_at=generated_at
    )
    text = page(data, analytics_dataset=analytics_dataset, generated_at=generated_at)
    with files.replacing(out) as beside:
        beside.write_text(text, "utf-8")
    return out


def page(data: ReportData, *, analytics_dataset: str, generated_at: dt.datetime) -> str:
    """The whole page as HTML."""
    heading = data.organization or "Your e-mail account"
    css, script = ((PAGE_DIR / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return Template((PAGE_DIR / "page.html").read_text("utf-8")).substitute(
        policy=_policy(css, script),
        title=escape(f"{heading}: e-mail report"),
        heading=escape(heading),
        freshness=_freshness(data),
        audit=_audit(data),
        sections="\n".join(_sections(data)),
        generated_at=_minute(generated_at),
        analytics_dataset=escape(analytics_dataset),
        css=css,
        script=script,
    )


def _policy(css: str, script: str) -> str:
    """What a browser may do with the page: use its own style and script, and nothing else, from nowhere.

    Even text of the account that got past the escaping could neither run nor send anything
    (https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP).
    """
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (css, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _sections(data: ReportData) -> Iterable[str]:
    yield _key_figures(data)
    yield _growth(data)
    if data.mails is not None and not data.mails:
        yield (
            '<section class="empty"><h2>Nothing sent yet</h2><p>This account has sent no mail that reports '
            "are kept for. Once it has, the next sync brings opens, clicks and bounces here.</p></section>"
        )
    yield _performance(data)
    yield _best_mails(data)
    yield _decay(data)
    yield _send_times(data)
    yield _links(data)
    yield _two(_bounces(data), _opt_outs(data))
    yield _lists(data)


def _freshness(data: ReportData) -> str:
    known = f"Data up to {_day(data.as_of)}"
    if data.loaded_at is None:
        return f"{known}."
    return f"{known}; last loaded {_minute(data.loaded_at)}."


def _audit(data: ReportData) -> str:
    audit = data.audit
    if audit is None:
        return ""
    if not audit.differing:
        return (
            f'<p class="audit">All {audit.counts:,} counts that the account offers agree with this data.</p>'
        )
    return (
        f'<p class="audit differs">{audit.differing:,} of {audit.counts:,} counts that the account offers '
        "differ from this data; <code>ctct status</code> says which.</p>"
    )


def _key_figures(data: ReportData) -> str:
    figures = [*_contact_figures(data), *_mail_figures(data)]
    if not figures:
        return (
            '<section class="empty"><h2>Nothing loaded yet</h2>'
            "<p>Run <code>ctct sync</code> first.</p></section>"
        )
    cells = "".join(
        f'<div><dt>{label}</dt><dd class="figure">{value}</dd><dd class="basis">{basis}</dd></div>'
        for label, value, basis in figures
    )
    return f'<dl class="figures">{cells}</dl>'


def _contact_figures(data: ReportData) -> list[tuple[str, str, str]]:
    contacts = data.contacts
    if contacts is None:
        return []
    subscribed = contacts.by_state.get("subscribed", 0)
    net = contacts.joined_recently - contacts.left_recently
    return [
        ("Contacts", f"{contacts.on_file:,}", f"{subscribed:,} may be mailed; deleted ones not counted"),
        ("Active", f"{contacts.active:,}", "may be mailed, and opened or clicked in the last 90 days"),
        (
            "List growth, 90 days",
            f"{net:+,}".replace("-", "\N{MINUS SIGN}"),
            f"{contacts.joined_recently:,} joined, {contacts.left_recently:,} unsubscribed or were deleted",
        ),
    ]


def _mail_figures(data: ReportData) -> list[tuple[str, str, str]]:
    if not data.mails:
        return []
    recent = data.recent_mails()
    delivered = sum(mail.deliveries for mail in recent)
    sends = sum(mail.sends for mail in recent)
    opens = [(mail.deliveries_opened, mail.deliveries) for mail in recent if mail.open_rate is not None]
    clicks = [(mail.deliveries_clicked, mail.deliveries) for mail in recent if mail.click_rate is not None]
    return [
        ("Sends, 90 days", f"{sends:,}", f"in {_many(len(recent), 'mailing')}; {delivered:,} did not bounce"),
        _mail_rate("Open rate", "opened", opens),
        _mail_rate("Click rate", "clicked", clicks),
    ]


def _mail_rate(label: str, verb: str, known: list[tuple[int, int]]) -> tuple[str, str, str]:
    """`known`: people and deliveries of the mailings of which both are known; unknown is not zero."""
    people, delivered = (sum(column) for column in zip(*known, strict=True)) if known else (0, 0)
    basis = f"{people:,} {verb}, of {delivered:,} deliveries in the last 90 days"
    return label, _rate(people, delivered), basis


def _growth(data: ReportData) -> str:
    if len(data.months) < 2:  # noqa: PLR2004 - a line needs two points
        return ""
    return _section(
        "Contacts and growth",
        '<span class="key ink">Kept at each month\'s end</span>, and how many '
        '<span class="key first">joined</span> and <span class="key second">left</span> during it.',
        _figure(charts.growth(data.months), "Contacts by month"),
        "Joined: the day the contact was created. Left: the day it unsubscribed, else was deleted. "
        "The last month is not over.",
    )


def _performance(data: ReportData) -> str:
    if not data.mails:
        return ""
    return _section(
        "How mailings do over time",
        "One point for each mailing, resends on their own.",
        _figure(charts.performance(data.mails), "Open, click and opt-out rate of each mailing"),
        "Each rate: people who opened, clicked or opted out, of the people the mailing was delivered to "
        "(sent and not bounced). The three scales differ.",
    )


def _best_mails(data: ReportData) -> str:
    known = [
        mail
        for mail in data.mails or ()
        if mail.click_rate is not None and mail.deliveries >= FEWEST_DELIVERIES
    ]
    best = sorted(known, key=lambda mail: (mail.click_rate or 0.0, mail.sent_at), reverse=True)[:MAX_MAILS]
    rows = [_mail_row(mail) for mail in best]
    heads = ("Mailing", "-Sent", "#Delivered", "#Opened", "#Clicked", "#Opted out")
    return _section(
        "Most clicked mailings",
        "",
        _table(heads, rows),
        f"Ordered by click rate; mailings to fewer than {FEWEST_DELIVERIES} people are left out. "
        "Rates are of deliveries.",
    )


def _mail_row(mail: Mail) -> tuple[str, ...]:
    name = escape(mail.name or mail.subject or "without a name") + (" (resend)" if mail.is_resend else "")
    subject = f"<small>{escape(mail.subject)}</small>" if mail.subject else ""
    rates = (mail.open_rate, mail.click_rate, mail.opt_out_rate)
    shown = ("unknown" if rate is None else f"{rate:.{1 if rate >= 0.01 else 2}%}" for rate in rates)  # noqa: PLR2004
    return (name + subject, f"{mail.sent_at.day} {mail.sent_at:%b %Y}", f"{mail.deliveries:,}", *shown)


def _decay(data: ReportData) -> str:
    if not data.decay:
        return ""
    day = {point.event_type: point.share for point in data.decay if point.hours == 24}  # noqa: PLR2004
    said = f"After a day {day['open']:.0%} of a week's opens have come. " if "open" in day else ""
    return _section(
        "How soon people react",
        f'{said}<span class="key first">First opens</span> and <span class="key third">first clicks</span> '
        "by time since the send.",
        _figure(charts.decay(data.decay), "Share of opens and clicks by hours since the send"),
        "Of each person's first open (or click) of a mailing within 7 days: the share that had come by then. "
        "Mailings younger than 7 days are in it with what they have so far.",
    )


def _send_times(data: ReportData) -> str:
    if not data.mails:
        return ""
    zone = _zone(data.time_zone)
    return _section(
        "When mailings are opened most",
        "The stronger the colour, the larger the share that opened what was sent at that weekday and hour. "
        "Empty: nothing was sent then.",
        _figure(charts.send_times(data.mails, zone), "Open rate by weekday and hour of the send"),
        f"Time zone {escape(str(zone))}. Opens per delivery, mailings of a cell together. A cell with one "
        "mailing says more about that mailing than about the hour.",
    )


def _links(data: ReportData) -> str:
    most = max((link.people for link in data.links), default=0)
    rows = [
        (
            escape(link.url) + _bar(link.people, most),
            f"{link.people:,}",
            f"{link.clicks:,}",
            f"{link.mails:,}",
        )
        for link in data.links
    ]
    return _section(
        "Most clicked links",
        "",
        _table(("~Link", "#People", "#Clicks", "#-Mailings"), rows),
        "People: contacts who clicked the address at least once, over all mailings.",
    )


def _bounces(data: ReportData) -> str:
    most = max((bounce.events for bounce in data.bounces), default=0)
    rows = [
        (f"{escape(bounce.reason)} <small>{escape(bounce.bounce_class)}</small>{_bar(bounce.events, most)}",
         f"{bounce.events:,}")
        for bounce in data.bounces
    ]  # fmt: skip
    return _section(
        "Bounces",
        "",
        _table(("Reason", "#Bounces"), rows),
        "Hard: the address will not work again. Soft: it may next time. Block: the receiving system refused.",
    )


def _opt_outs(data: ReportData) -> str:
    left = [mail for mail in data.mails or () if mail.opt_outs]
    worst = sorted(left, key=lambda mail: (mail.opt_outs, mail.sent_at), reverse=True)[:6]
    most = max((mail.opt_outs for mail in worst), default=0)
    rows = [
        (escape(mail.name or mail.subject) + _bar(mail.opt_outs, most, "second"), f"{mail.opt_outs:,}")
        for mail in worst
    ]
    return _section(
        "Opt-outs",
        "",
        _table(("Mailing", "#People"), rows),
        f"The mailings after which most people opted out; {sum(mail.opt_outs for mail in left):,} over all.",
    )


def _lists(data: ReportData) -> str:
    most = max((size.members for size in data.lists), default=0)
    rows = [
        (
            escape(size.name) + _bar(size.members, most),
            f"{size.members:,}",
            f"{size.mailable:,}",
            f"{size.active:,}",
            "none sent" if size.open_rate is None else f"{size.open_rate:.1%}",
        )
        for size in data.lists
    ]
    return _section(
        "Lists",
        "",
        _table(("List", "#Members", "#May be mailed", "#-Active", "#Open rate"), rows),
        "Open rate: of all sends to today's members, the share they opened, whichever list it went to.",
    )


def _section(title: str, lede: str, body: str, note: str) -> str:
    if not body:
        return ""
    said = f'<p class="lede">{lede}</p>' if lede else ""
    return f'<section><h2>{title}</h2>{said}{body}<p class="note">{note}</p></section>'


def _two(first: str, second: str) -> str:
    return f'<div class="pair">{first}{second}</div>' if first and second else first + second


def _figure(drawing: Drawing, label: str) -> str:
    wide, narrow = (
        f'<div class="{width}" role="group" aria-label="{escape(label)}">{svg}</div>'
        for width, svg in (("wide", drawing.wide), ("narrow", drawing.narrow))
    )
    return f"<figure>{wide}{narrow}</figure>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; `#` numbers, `-` not on a narrow page, `~` a long address."""
    if not rows:
        return ""
    classes = [
        " ".join(
            name for mark, name in (("#", "number"), ("-", "optional"), ("~", "link")) if mark in head[:2]
        )
        for head in heads
    ]
    top = "".join(
        f'<th scope="col" class="{name}">{head.lstrip("#-~")}</th>'
        for head, name in zip(heads, classes, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{name}">{cell}</td>' for cell, name in zip(row, classes, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _bar(part: int, whole: int, name: str = "") -> str:
    width = 100 * part / whole if whole else 0
    return (
        f'<svg class="bar {name}" aria-hidden="true"><rect width="{width:.1f}%" height="100%" rx="2"/></svg>'
    )


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _day(time: dt.datetime) -> str:
    return f"{time.day} {time:%B %Y}"


def _minute(time: dt.datetime) -> str:
    return f"{_day(time)}, {time:%H:%M} UTC"


def _zone(name: str) -> dt.tzinfo:
    """The account's zone; UTC where this machine does not know it, and the page then says UTC."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
