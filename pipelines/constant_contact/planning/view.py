"""How a plan looks on a terminal of 80 columns. Draws; reads nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.tally import duration, many
from pipelines.constant_contact.planning import cost

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pipelines.constant_contact.planning.plan import Plan
    from sources.constant_contact.reads.facts import Line

NAME_WIDTH = 31  # the longest name, contacts_sms_engagement_history


def render(made: Plan) -> RenderableType:
    """A table of what would be read, then what all of it costs."""
    from rich.console import Group  # noqa: PLC0415 - only a terminal needs it
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", width=79)
    grid.add_column("resource", no_wrap=True, max_width=NAME_WIDTH)
    for name in ("requests", "rows"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("why")
    for line in made.lines:
        grid.add_row(Text(line.resource), f"{line.requests:,}", _rows(line), Text(line.why, style="dim"))
    lines = [Text(sentence) for sentence in totals(made)]
    notes = [Text(note, style="dim") for note in made.notes]
    return Group(Padding(grid, (1, 0, 1, 0)), *lines, *notes)


def totals(made: Plan) -> list[str]:
    """What all of it costs, in sentences, what else could be read, and what asking cost."""
    found = price(made)
    if made.off:
        each = ", ".join(f"{line.resource} ({many(line.requests, 'request')})" for line in made.off)
        found.append(f"Off by default, and turned on by the setting opt_in: {each}.")
    found.append(f"Found out with {many(made.requests_spent, 'request')}.")
    return found


def price(made: Plan) -> list[str]:
    """What all of it costs, in sentences."""
    left = made.allowance.remaining_today
    share = f"{made.share_of_today:.1%} of the {left:,} left today" if left else "none are left today"
    cost_of_all = f"{many(made.requests, 'request')} for about {many(made.rows, 'row')}"
    found = [
        f"{cost_of_all}: {_took(made.requests, made)} at {made.allowance.per_second:g} a second, {share}."
    ]
    if made.days is None:
        found.append(
            "It would never end: no requests are allowed; raise requests_per_day or lower reserve_per_day."
        )
    elif made.days > 1:
        found.append(f"It takes {made.days} days, each night going on where the last one stopped.")
    return found


def _took(requests: int, made: Plan) -> str:
    return duration(float(math.ceil(cost.seconds(requests, made.allowance.per_second))))


def _rows(line: Line) -> str:
    return "?" if line.rows is None else f"{line.rows:,}"
