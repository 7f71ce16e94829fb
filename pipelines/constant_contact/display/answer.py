"""The answer of a statement on a stream: a table as wide as the terminal, CSV, or one JSON object.

A table shows the first columns that fit, each at a width at which it can be read, and the others below, row by row.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pipelines.constant_contact.display.plain_text import cell, json_text, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from pipelines.constant_contact.destinations.session import Answer

Form = Literal["table", "csv", "json"]
SHOWN_ROWS = 200
"""Of a table on a screen; CSV and JSON have all of them."""
ROWS_BELOW = 20
"""Of those rows, the ones whose other columns are shown below the table."""
READABLE = 36
"""Characters at which a column may be folded, those of an id; a narrower one is shown as wide as it is."""
BETWEEN = 3
"""Characters between two columns."""


def write(answer: Answer, form: Form, out: Any) -> None:
    """To a stream; a table is as wide as the terminal."""
    if form == "csv":
        lines = csv.writer(out)
        lines.writerow([cell(name) for name in answer.columns])
        lines.writerows([_csv(value) for value in row] for row in answer.rows)
    elif form == "json":
        names = _numbered(answer.columns)
        rows = [dict(zip(names, map(_json, row), strict=True)) for row in answer.rows]
        out.write(json_text({"columns": names, "rows": rows}, allow_nan=False) + "\n")
    else:
        _write_table(answer, out)


def _write_table(answer: Answer, out: Any) -> None:
    from pipelines.constant_contact.display.console import console  # noqa: PLC0415 - rich, only when shown

    shown = console(out)
    names = [plain(name) for name in answer.columns]
    rows = [[_shown(value) for value in row] for row in answer.rows[:SHOWN_ROWS]]
    fitting = _fitting([_width(names, rows, number) for number in range(len(names))], shown.width)
    shown.print(_table(answer, names[:fitting], rows))
    if fitting < len(names):
        _write_below(shown, names[fitting:], [row[fitting:] for row in rows])
    more = len(answer.rows) - SHOWN_ROWS
    if more > 0:
        shown.print(f"{more:,} more rows; --csv gives all of them")


def _width(names: Sequence[str], rows: Sequence[Sequence[str]], number: int) -> int:
    from rich.cells import cell_len  # noqa: PLC0415

    return max(cell_len(text) for text in (names[number], *(row[number] for row in rows)))


def _fitting(widths: Sequence[int], console_width: int) -> int:
    """How many of the first columns can be read side by side; one at least."""
    ends = itertools.accumulate(min(width, READABLE) + BETWEEN for width in widths)
    return max(1, sum(end - 1 <= console_width for end in ends))


def _table(answer: Answer, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(names):
        numeric = any(isinstance(row[number], int | float | Decimal) for row in answer.rows[:SHOWN_ROWS])
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row[: len(names)]))
    return table


def _write_below(console: Console, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The columns that did not fit, a line each."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    for number, row in enumerate(rows[:ROWS_BELOW], 1):
        console.print(f"row {number}, the other columns")
        lines = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        lines.add_column(overflow="fold", max_width=console.width // 2)
        lines.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            lines.add_row(Text(f"  {name}"), Text(value))
        console.print(lines)
    if len(rows) > ROWS_BELOW:
        console.print(
            f"the other columns of {len(rows) - ROWS_BELOW:,} more rows are not shown; select fewer columns, or take "
            "--csv, which gives all"
        )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else plain(str(_written(value)))


def _csv(value: Any) -> Any:
    """Text that no spreadsheet runs and no terminal obeys; a number stays one."""
    if value is None:
        return ""
    value = _written(value)
    return value if isinstance(value, int | float) else cell(str(value))


def _written(value: Any) -> Any:
    """Outside of JSON: every digit of a decimal, and lists and structures as JSON writes them."""
    if isinstance(value, Decimal) and value.is_finite() and value != value.to_integral_value():
        return f"{value:f}".rstrip("0")
    if isinstance(value, dict | list | tuple):
        return json_text(_json(value), allow_nan=False)
    return _value(value)


def _numbered(names: Sequence[str]) -> list[str]:
    """The second `a` is `a_1`: an object has each key once, and no value may be lost to that."""
    taken: list[str] = []
    for name in names:
        free = (f"{name}_{number}" for number in itertools.count(1))
        taken.append(name if name not in taken else next(one for one in free if one not in {*taken, *names}))
    return taken


def _json(value: Any) -> Any:
    """In a form that JSON knows, to any depth; what is no number is null there."""
    if isinstance(value, dict):
        return {str(_value(name)): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    value = _value(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _value(value: Any) -> Any:
    """In a form that CSV and JSON know; times as ISO 8601, bytes as PostgreSQL writes them."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, Decimal):
        if not value.is_finite():
            return float(value)
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
