"""What can be wrong with rows: a value that does not fit (kept and counted), a row that has no place at all.

Must not know: Arrow. No value of a customer appears here in clear: samples show the shape of a value only.
"""

import re
from dataclasses import dataclass
from typing import Any

_SAMPLE_MAX = 40
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadValue:
    """Values of one column of one batch that its type could not hold; they are in `raw_column` as JSON.

    sample  the first of them with every letter as x and every digit as 9
    """

    table: str
    column: str
    raw_column: str
    sample: str
    count: int


class RowRefused(ValueError):  # noqa: N818  reads as what happened, like the errors of the API client
    """A row that is no object, lacks its key, or whose key cannot be read: it has no place in its table."""

    def __init__(self, *, table: str, key: str, position: int, found: Any) -> None:
        self.table, self.key, self.position = table, key, position
        super().__init__(
            f"{table}: row {position} of the batch has no usable {key} (found {sample(found)}); nothing of "
            "the batch was loaded. Read the page again; if it stays, the API changed: change the catalogue."
        )


def sample(value: Any) -> str:
    """The shape of a value: its type and at most 40 characters, letters as x, digits as 9."""
    shape = _DIGIT.sub("9", _LETTER.sub("x", str(value)))
    cut = shape if len(shape) <= _SAMPLE_MAX else f"{shape[:_SAMPLE_MAX]}..."
    return f"{type(value).__name__} {cut!r}"
