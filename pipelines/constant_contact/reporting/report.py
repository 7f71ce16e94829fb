"""The report: one HTML page with everything in it, that any browser shows without a network.

The templates escape whatever they are given, and text of the account is made plain first: neither markup nor a
character that turns the line round reaches the page. What is not there is not shown: a mart that is not built has no
section, and an account that sent nothing is told so.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact import files
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.reporting import data as report_data
from pipelines.constant_contact.reporting.formats import FILTERS
from pipelines.constant_contact.reporting.view import context

if TYPE_CHECKING:
    import datetime as dt

    from jinja2 import Environment

    from pipelines.constant_contact.reporting.data import Scope
    from pipelines.constant_contact.reporting.dataset_view import Query
    from pipelines.constant_contact.reporting.rows import ReportData

PAGE_DIR = Path(__file__).parent / "report_page"


def write_report(
    *,
    query: Query,
    dataset: str,
    analytics_dataset: str,
    out: Path,
    generated_at: dt.datetime,
    scope: Scope | None = None,
) -> Path:
    """Write the page to `out` (its folder is made) and return it; `generated_at` is UTC.

    Raises `data.UnknownCampaignError`.
    """
    data = report_data.read(
        query=query,
        dataset=dataset,
        analytics_dataset=analytics_dataset,
        generated_at=generated_at,
        scope=scope,
    )
    text = page(data, analytics_dataset=analytics_dataset, generated_at=generated_at)
    with files.replacing(out) as beside:
        beside.write_text(text, "utf-8")
    return out


def page(data: ReportData, *, analytics_dataset: str, generated_at: dt.datetime) -> str:
    """The whole page as HTML."""
    from markupsafe import Markup  # noqa: PLC0415 - with jinja2, only when a report is written

    css, script = ((PAGE_DIR / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return str(
        _environment()
        .get_template("page.html")
        .render(
            **context(data, generated_at=generated_at),
            policy=Markup(_policy(css, script)),  # noqa: S704
            css=Markup(css),  # noqa: S704 - files of this package
            script=Markup(script),  # noqa: S704
            svg=Markup,
            generated_at=generated_at,
            analytics_dataset=analytics_dataset,
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only for a report

    environment = Environment(
        loader=FileSystemLoader(PAGE_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_made_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment


def _made_plain(value: object) -> object:
    """What the page's own files and drawings hold is left as it is."""
    return plain(value) if type(value) is str else value


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
