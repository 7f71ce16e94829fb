"""The report's charts: Vega-Lite specifications, drawn once into SVG.

Knows the shape of a chart and the page's colour variables; knows no page. Drawn here and not in
the reader's browser: the page then needs no scripts (a megabyte of them), prints as it looks, and opens
from a mail. Colours are CSS variables, so that one drawing serves light and dark. Each chart is drawn twice,
for wide and narrow pages: one that is only scaled down has letters too small to read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.data import Decay, Mail, Month

Width = Literal["wide", "narrow"]
Spec = dict[str, object]
PIXELS: dict[Width, int] = {"wide": 860, "narrow": 300}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
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
    """Contacts kept at each month's end, over those that joined and left in it."""
    values = [_month_value(month) for month in months]
    return _draw({width: _growth(values, PIXELS[width]) for width in PIXELS})


def performance(mails: Sequence[Mail]) -> Drawing:
    """Open, click and opt-out rate of each mailing, one band each, in order of time."""
    return _draw({width: _performance(mails, width) for width in PIXELS})


def decay(points: Sequence[Decay]) -> Drawing:
    """Share of the first week's first opens and clicks that had come after so many hours."""
    return _draw({width: _decay(points, PIXELS[width]) for width in PIXELS})


def send_times(mails: Sequence[Mail], zone: dt.tzinfo) -> Drawing:
    """Open rate by weekday and hour of the send, in the account's own time."""
    return _draw({width: _send_times(mails, zone, width) for width in PIXELS})


def _draw(specs: dict[Width, Spec]) -> Drawing:
    import vl_convert  # noqa: PLC0415 - starts a script engine, only when a report is written

    common = {"background": None, "config": CONFIG, "padding": 4}
    drawn = {width: str(vl_convert.vegalite_to_svg({**common, **spec})) for width, spec in specs.items()}
    return Drawing(wide=drawn["wide"], narrow=drawn["narrow"])


def _month_value(month: Month) -> Spec:
    name = f"{month.first_day:%B %Y}"
    return {
        "day": f"{month.first_day:%Y-%m-%d}T00:00:00Z",
        "kept": month.kept,
        "joined": month.joined,
        "left": -month.left,
        "kept_label": f"{name}: {month.kept:,} kept",
        "joined_label": f"{name}: {month.joined:,} joined",
        "left_label": f"{name}: {month.left:,} left",
    }


def _growth(values: list[Spec], width: int) -> Spec:
    x = {**_time_axis("day", width), "timeUnit": "utcyearmonth", "bandPosition": 0.5}
    line = _mark("line", "var(--ink)", strokeWidth=2)
    dot = _mark("circle", "var(--ink)", size=22)
    kept = [_layer(mark, _unlabelled(x), _count_axis("kept"), "kept_label") for mark in (line, dot)]
    bars = [
        _layer(_mark("bar", colour, width={"band": 0.6}), x, _count_axis(column), f"{column}_label")
        for column, colour in (("joined", "var(--first)"), ("left", "var(--second)"))
    ]
    return {
        "data": {"values": values},
        "spacing": 14,
        "vconcat": [
            {"width": width, "height": 190, "layer": kept},
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


def _time_axis(field: str, width: int) -> Spec:
    axis = {"title": None, "tickCount": max(4, width // 110), "format": "%b %Y", "labelOverlap": True}
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _unlabelled(x: Spec) -> Spec:
    """For a band above another one that shows the same times."""
    return {**x, "axis": {"title": None, "labels": False}}


def _count_axis(field: str) -> Spec:
    shown = "format(abs(datum.value), ',.3~s')"  # those who left hang below the line, but none is negative
    axis = {"title": None, "tickCount": 4, "labelExpr": shown, "minExtent": 36}
    return {"field": field, "type": "quantitative", "axis": axis}


BANDS = (
    ("open_rate", "Opened", "var(--first)", ".0%", 120),
    ("click_rate", "Clicked", "var(--third)", ".1~%", 90),
    ("opt_out_rate", "Opted out", "var(--second)", ".2~%", 70),
)


def _performance(mails: Sequence[Mail], width: Width) -> Spec:
    x = _time_axis("sent", PIXELS[width])
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
    def label(rate: float | None, did: str) -> str:
        return "" if rate is None else f"{mail.name}, {mail.sent_at:%d %b %Y}: {rate:.2%} {did}"

    return {
        "sent": f"{mail.sent_at:%Y-%m-%dT%H:%M:%SZ}",
        "open_rate": mail.open_rate,
        "click_rate": mail.click_rate,
        "opt_out_rate": mail.opt_out_rate,
        "open_rate_label": label(mail.open_rate, "opened"),
        "click_rate_label": label(mail.click_rate, "clicked"),
        "opt_out_rate_label": label(mail.opt_out_rate, "opted out"),
    }


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


def _send_times(mails: Sequence[Mail], zone: dt.tzinfo, width: Width) -> Spec:
    cells: dict[tuple[int, int], list[Mail]] = defaultdict(list)
    for mail in mails:
        if mail.open_rate is None:
            continue  # unknown opens would look like none
        local = mail.sent_at.astimezone(zone)
        cells[local.weekday(), local.hour].append(mail)
    values = [_cell(weekday, hour, sent) for (weekday, hour), sent in sorted(cells.items())]
    step = (PIXELS[width] + 8) // 24
    every = 3 if width == "wide" else 6
    band = {"paddingInner": 0.08, "paddingOuter": 0}
    label_axis = {
        "title": None,
        "labelExpr": f"datum.value % {every} ? '' : datum.value + ':00'",
        "labelAngle": 0,
    }
    opacity = {"field": "rate", "type": "quantitative", "legend": None, "scale": {"range": [0.15, 1]}}
    return {
        "data": {"values": values},
        "width": step * 24,
        "height": 7 * min(step, 26),
        "mark": {"type": "rect", "color": "var(--first)", "cornerRadius": 2, "stroke": "var(--rule)"},
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "axis": label_axis,
                "scale": {"domain": list(range(24)), **band},
            },
            "y": {
                "field": "weekday",
                "type": "ordinal",
                "axis": {"title": None, "minExtent": 36},
                "scale": {"domain": list(WEEKDAYS), **band},
            },
            "opacity": opacity,
            "description": {"field": "label"},
        },
    }


def _cell(weekday: int, hour: int, mails: Sequence[Mail]) -> Spec:
    """Rates of a cell are weighed by deliveries: a small test mailing must not colour it."""
    delivered = sum(mail.deliveries for mail in mails)
    rate = sum(mail.deliveries_opened for mail in mails) / delivered if delivered else 0.0
    sent = "1 mailing" if len(mails) == 1 else f"{len(mails)} mailings"
    label = f"{WEEKDAYS[weekday]} {hour:02d}:00: {rate:.1%} opened, {sent}"
    return {"weekday": WEEKDAYS[weekday], "hour": hour, "rate": rate, "label": label}
