"""The report's charts: Vega-Lite specifications, drawn once into SVG.

Knows the shape of a chart and the page's colour variables; knows no page. Drawn here and not in
the reader's browser: the page then needs no drawing scripts (a megabyte of them), prints as it looks, and opens
from a mail. Colours are CSS variables, so that one drawing serves light and dark. Each chart is drawn twice,
for wide and narrow pages: one that is only scaled down has letters too small to read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.constant_contact.display.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.rows import Decay, Mail, Month

Width = Literal["wide", "narrow"]
Spec = dict[str, object]
FEW_MONTHS = 4
PIXELS: dict[Width, int] = {"wide": 860, "narrow": 300}
SANS = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
CONFIG: Spec = {
    "font": SANS,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "gridColor": "var(--rule)",
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "labelFontSize": 11,
        "aria": False,
    },
    "axisX": {"grid": False},
    "text": {"font": SANS, "fontSize": 12},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One chart at both widths, as inline SVG."""

    wide: str
    narrow: str


def growth(months: Sequence[Month]) -> Drawing:
    """Contacts and those who may be mailed at each month's end, over those that joined and left in it."""
    values = [_month_value(month) for month in months]
    return _draw({width: _growth(values, PIXELS[width]) for width in PIXELS})


def performance(mails: Sequence[Mail]) -> Drawing:
    """Open, click and opt-out rate of each mailing, one band each, in order of time."""
    return _draw({width: _performance(mails, width) for width in PIXELS})


def decay(points: Sequence[Decay]) -> Drawing:
    """Share of the first week's first opens and clicks that had come after so many hours."""
    return _draw({width: _decay(points, PIXELS[width]) for width in PIXELS})


def _draw(specs: dict[Width, Spec]) -> Drawing:
    import vl_convert  # noqa: PLC0415 - starts a script engine, only when a report is written

    common = {"background": None, "config": CONFIG, "padding": 4}
    drawn = {width: str(vl_convert.vegalite_to_svg({**common, **spec})) for width, spec in specs.items()}
    return Drawing(wide=drawn["wide"], narrow=drawn["narrow"])


def _month_value(month: Month) -> Spec:
    name = f"{month.first_day:%B %Y}"
    return {
        "day": f"{month.first_day:%Y-%m-%d}T00:00:00Z",
        "contacts": month.contacts,
        "mailable": month.mailable,
        "joined": month.joined,
        "left": -month.left,
        "contacts_label": f"{name}: {month.contacts:,} contacts at its end",
        "mailable_label": f"{name}: {month.mailable:,} may be mailed at its end",
        "joined_label": f"{name}: {month.joined:,} joined",
        "left_label": f"{name}: {month.left:,} left",
    }


def _growth(values: list[Spec], width: int) -> Spec:
    x = {
        **_time_axis("day", months=len(values), width=width),
        "timeUnit": "utcyearmonth",
        "bandPosition": 0.5,
    }
    lines = [
        _layer(mark, _unlabelled(x), _count_axis(column), f"{column}_label")
        for column, colour in (("contacts", "var(--muted)"), ("mailable", "var(--ink)"))
        for mark in (_mark("line", colour, strokeWidth=2), _mark("circle", colour, size=22))
    ]
    bars = [
        _layer(_mark("bar", colour, width={"band": 0.6}), x, _count_axis(column), f"{column}_label")
        for column, colour in (("joined", "var(--first)"), ("left", "var(--second)"))
    ]
    return {
        "data": {"values": values},
        "spacing": 14,
        "vconcat": [
            {"width": width, "height": 190, "layer": lines},
            {"width": width, "height": 80, "layer": bars},
        ],
    }


def _mark(kind: str, colour: str, **more: object) -> Spec:
    """Only marks that stand for one value speak; a line is made of values that already do."""
    return {"type": kind, "color": colour, "opacity": 1, "aria": kind != "line", **more}


def _layer(mark: Spec, x: Spec, y: Spec, label: str, colour: Spec | None = None) -> Spec:
    encoding: Spec = {"x": x, "y": y}
    if mark["aria"]:  # on a line a label would split it into one piece for each value
        encoding["description"] = {"field": label}
    if colour is not None:
        encoding["color"] = colour
    return {"mark": mark, "encoding": encoding}


def _time_axis(field: str, *, months: int, width: int) -> Spec:
    """One label a month at most; over a few weeks, days: a label that comes twice says less than one."""
    ticks: Spec = {"interval": "month", "step": max(1, math.ceil(months * 75 / width))}
    form = "%b %Y"
    if months < FEW_MONTHS and field == "sent":
        ticks, form = {"interval": "week", "step": max(1, math.ceil(months * 5 * 75 / width))}, "%d %b"
    axis = {"title": None, "tickCount": ticks, "format": form, "labelOverlap": True}
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _unlabelled(x: Spec) -> Spec:
    """For a band above another one that shows the same times."""
    return {**x, "axis": {"title": None, "labels": False}}


def _count_axis(field: str) -> Spec:
    # Those who left hang below the line, but none is negative; people come in whole numbers.
    size = "abs(datum.value)"
    shown = f"{size} % 1 ? '' : {size} < 10000 ? format({size}, ',d') : format({size}, '.3~s')"
    axis = {"title": None, "tickCount": 4, "tickMinStep": 1, "labelExpr": shown, "minExtent": 36}
    return {"field": field, "type": "quantitative", "axis": axis}


BANDS = (
    ("open_rate", "Opened", "var(--first)", ".0%", 120),
    ("click_rate", "Clicked", "var(--third)", ".1~%", 90),
    ("opt_out_rate", "Opted out", "var(--second)", ".2~%", 70),
)


def _performance(mails: Sequence[Mail], width: Width) -> Spec:
    months = (mails[-1].sent_at - mails[0].sent_at).days // 30
    x = _time_axis("sent", months=months, width=PIXELS[width])
    bands: list[Spec] = []
    for column, title, colour, number, height in BANDS:
        axis = {
            "title": title,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": 0,
            "titleY": -10,
            "titleColor": colour,
            "titleFontSize": 12,
            "titleFontWeight": 600,
            "tickCount": 3,
            "format": number,
            "minExtent": 36,
        }
        y: Spec = {"field": column, "type": "quantitative", "axis": axis, "scale": {"zero": True}}
        marks = (_mark("line", colour, strokeWidth=1, opacity=0.45), _mark("circle", colour, size=34))
        times = x if column == BANDS[-1][0] else _unlabelled(x)
        layers = [_layer(mark, times, y, f"{column}_label") for mark in marks]
        bands.append({"width": PIXELS[width], "height": height, "layer": layers})
    return {"data": {"values": [_mail_value(mail) for mail in mails]}, "spacing": 26, "vconcat": bands}


def _mail_value(mail: Mail) -> Spec:
    name = plain(mail.name) + (" (resend)" if mail.is_resend else "")
    value: Spec = {"sent": f"{mail.sent_at:%Y-%m-%dT%H:%M:%SZ}"}
    for column, did, rate in (
        ("open_rate", "opened", mail.opened),
        ("click_rate", "clicked", mail.clicked),
        ("opt_out_rate", "opted out", mail.opted_out),
    ):
        share = None if rate is None else rate.value
        value[column] = share
        value[f"{column}_label"] = (
            "" if share is None else f"{name}, {mail.sent_at:%d %b %Y}: {share:.2%} {did}"
        )
    return value


def _decay(points: Sequence[Decay], width: int) -> Spec:
    words = {"open": "opens", "click": "clicks"}
    values = [
        {
            "hours": point.hours,
            "share": point.share,
            "kind": words[point.event_type],
            "label": f"{point.share:.0%} of first {words[point.event_type]} within {point.hours} h",
        }
        for point in points
    ]
    x: Spec = {
        "field": "hours",
        "type": "quantitative",
        "scale": {"type": "log", "base": 2, "nice": False},
        "axis": {
            "title": None,
            "values": [1, 3, 6, 12, 24, 48, 72, 168],
            "labelOverlap": True,
            "labelExpr": "datum.value < 24 ? datum.value + ' h' : datum.value / 24 + ' d'",
        },
    }
    y: Spec = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"title": None, "format": ".0%", "tickCount": 4, "minExtent": 36},
    }
    colour: Spec = {
        "field": "kind",
        "legend": None,
        "scale": {"domain": ["opens", "clicks"], "range": ["var(--first)", "var(--third)"]},
    }
    marks = (
        _mark("line", "var(--first)", strokeWidth=2, interpolate="monotone"),
        _mark("circle", "var(--first)", size=34),
    )
    layers = [_layer(mark, x, y, "label", colour) for mark in marks]
    return {"data": {"values": values}, "width": width, "height": 200, "layer": layers}
