"""The old ids in a file of somebody else's: one a line, or in columns of a CSV; what each of them is an id of.

What a cell says of itself comes first (V1 wrote ids as links, `.../lists/12`), then the person, then the name of the
column, then the number of digits: ids of campaigns have 13, those of contacts and lists fewer, and nothing tells these
two apart. Source: contract (*_id_xrefs); the links are those of the Atom feeds of V1.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Kind = Literal["contacts", "lists", "campaigns"]
KINDS: tuple[Kind, ...] = ("contacts", "lists", "campaigns")
MAX_BYTES = 200_000_000
"""More than ten million ids: no such file is meant."""
CAMPAIGN_DIGITS = 13
_NUMBER = re.compile(r"0*([1-9]\d{0,17})(\.0+)?", re.ASCII)
_LINK = re.compile(r"https?://\S+/(contacts|lists|campaigns)/0*([1-9]\d{0,17})/?", re.ASCII)
_NAMES: dict[str, Kind | None] = {
    "contact_sequence_id": "contacts", "list_sequence_id": "lists", "v2_email_campaign_id": "campaigns",
    "email_campaign_id": "campaigns", "sequence_id": None, "id": None, "old_id": None,
    **{name: kind for kind in KINDS for one in (kind, kind[:-1]) for name in (one, f"{one}_id", f"{one}_ids")},
}  # fmt: skip
"""Names of columns with ids; None: it does not say of what."""


@dataclass(slots=True, kw_only=True)
class OldIds:
    """Each id once, in the order of the file."""

    by_kind: dict[Kind, dict[str, None]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    unclear: dict[str, None] = field(default_factory=dict)
    """Those of contacts or of lists; they are in both kinds."""
    no_ids: dict[str, None] = field(default_factory=dict)
    """What stands where an id should, as it is written."""

    def add(self, text: str, kind: Kind | None) -> None:
        if link := _LINK.fullmatch(text):
            self._add(link[2], next(one for one in KINDS if one == link[1]))
        elif number := _NUMBER.fullmatch(text):
            self._add(number[1], kind)
        else:
            self.no_ids[text] = None

    def _add(self, number: str, kind: Kind | None) -> None:
        kind = kind or ("campaigns" if len(number) == CAMPAIGN_DIGITS else None)
        if kind is None:
            self.unclear[number] = None
        for one in (kind,) if kind else ("contacts", "lists"):
            self.by_kind[one][number] = None

    def __bool__(self) -> bool:
        return any(self.by_kind.values())


def read_ids(path: Path, *, kind: Kind | None = None, column: str | None = None) -> OldIds:
    """Raises UserError for a file that cannot be read, a column that is not there, and a file without an id."""
    rows = list(_rows(_text(path)))
    if not rows:
        raise UserError(
            f"{path} is empty; give a file with one old id a line, or a CSV with a column of them"
        )
    header = [] if any(_is_id(cell) for cell in rows[0]) else rows[0]
    columns = _columns(path, header, len(max(rows, key=len)), kind=kind, column=column)
    found = OldIds()
    for row in rows[1:] if header else rows:
        for number, of in columns:
            if number < len(row) and row[number]:
                found.add(row[number], of)
    if not found:
        what = f"only what is no old id, such as {next(iter(found.no_ids))!r}" if found.no_ids else "no ids"
        raise UserError(
            f"{path} has {what}; old ids are numbers, such as 16633001, or 13 digits for a campaign"
        )
    return found


def _is_id(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _LINK.fullmatch(cell))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 10**6} MB; cut it into several files")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; name a file of old ids") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no text in UTF-8; save it as CSV in UTF-8 and try again") from error


def _rows(text: str) -> Iterator[list[str]]:
    """Cells without the blanks around them; lines of blanks are left out."""
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield cells
    except csv.Error as error:
        raise UserError(f"the file of old ids is no CSV: {error}; save it anew as CSV in UTF-8") from error


def _columns(
    path: Path, header: Sequence[str], width: int, *, kind: Kind | None, column: str | None
) -> list[tuple[int, Kind | None]]:
    """(position, what its ids are of) of each column to read."""
    names = [_plain(name) for name in header]
    if column is not None:
        return [(_position(path, header, width, column), kind or _NAMES.get(_plain(column)))]
    named = [(at, _NAMES[name]) for at, name in enumerate(names) if name in _NAMES]
    if kind is not None:
        named = [(at, kind) for at, of in named if of in {kind, None}]
    if any(of for _, of in named):
        return [(at, of) for at, of in named if of]
    if named:
        return named[:1]
    if width == 1:
        return [(0, kind)]
    listed = f": {', '.join(filter(None, header))}" if header else f", 1 to {width}"
    raise UserError(
        f"{path} has several columns and none is known to hold old ids; choose one with --column{listed}"
    )


def _position(path: Path, header: Sequence[str], width: int, column: str) -> int:
    """By name, in whichever spelling, or by number from 1 on."""
    same = [at for at, name in enumerate(header) if name == column]
    alike = [at for at, name in enumerate(header) if _plain(name) == _plain(column)]
    if same or alike:
        return (same or alike)[0]
    if column.isdecimal() and 1 <= int(column) <= width:
        return int(column) - 1
    there = (
        f"the columns are {', '.join(filter(None, header))}" if header else f"it has {width}, without names"
    )
    raise UserError(f"{path} has no column {column!r}; {there}")


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")
