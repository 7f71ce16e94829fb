"""The report: one HTML page with everything in it, that any browser shows without a network.

The templates escape whatever they are given, and text of the account is made plain first: neither markup nor a
character that turns the line round reaches the page. What is not there is not shown: a mart that is not built has no
section, and an account that sent nothing is told so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact import files
from pipelines.constant_contact.reporting import data as report_data
from pipelines.constant_contact.reporting.templates import environment, policy
from pipelines.constant_contact.reporting.view import context

if TYPE_CHECKING:
    import datetime as dt

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
        environment(PAGE_DIR)
        .get_template("page.html")
        .render(
            **context(data, generated_at=generated_at),
            policy=Markup(policy(css, script)),  # noqa: S704
            css=Markup(css),  # noqa: S704 - files of this package
            script=Markup(script),  # noqa: S704
            svg=Markup,
            generated_at=generated_at,
            analytics_dataset=analytics_dataset,
        )
    )
