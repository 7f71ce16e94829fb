"""The report's page, written from sample marts and parsed."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import small_warehouse

from pipelines.constant_contact.reporting.report import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.constant_contact.reporting.data import Scope


NOW = dt.datetime(2026, 11, 22, 7, 5, tzinfo=dt.UTC)


class Page(HTMLParser):
    """What a browser would see: text, titles, and everything that it would fetch."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.open_tags: list[str] = []
        self.titles: list[str] = []
        self.scripts = 0
        self.fetched: list[str] = []
        self.texts: list[str] = []
        self.labels: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open_tags.append(tag)
        self.scripts += tag == "script"
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "srcset", "data", "action"}:
                self.fetched.append(value or "")
            if name == "aria-label":
                self.labels.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] in {"style", "script"}:
            return
        self.texts.append(data)
        if self.open_tags and self.open_tags[-1] == "h2":
            self.titles.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def written(folder: Path, *parts: str, scope: Scope | None = None, now: dt.datetime = NOW) -> Page:
    path = small_warehouse.write(folder / "small.duckdb", *parts)
    out = write_report(
        query=small_warehouse.query_of(path),
        dataset=small_warehouse.DATASET,
        analytics_dataset=small_warehouse.MARTS_DATASET,
        out=folder / "new" / "report.html",
        generated_at=now,
        scope=scope,
    )
    return Page(out.read_text("utf-8"))
