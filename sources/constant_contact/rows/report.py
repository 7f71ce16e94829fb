"""What can be wrong with rows: a value that does not fit (kept and counted), a row that has no place in its table.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """A row whose key cannot be formed."""

    table: str
    """Where it would belong."""
    key: str
    """The first part of the key that it does not have."""
    reason: str
    """A sentence about `it`; shows no value."""
    row: Any
    """As it came."""
    position: int
    """Among the rows that were looked at."""
    parent: str = ""
    """The key of the row in whose array it stood."""


class RowRefused(ValueError):  # noqa: N818  reads as what happened, like the errors of the API client
    """An odd row, where nobody said what is to be done with such."""

    def __init__(self, odd: OddRow) -> None:
        self.table, self.key, self.position = odd.table, odd.key, odd.position
        super().__init__(
            f"{odd.table}: row {odd.position} of the batch has no usable {odd.key} ({odd.reason}); nothing of "
            "the batch was loaded"
        )


def kind_of(value: Any) -> str:
    """What JSON calls it."""
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def sample(value: Any) -> str:
    """The shape of a value: its type and at most 40 characters, letters as x, digits as 9."""
    shape = _DIGIT.sub("9", _LETTER.sub("x", str(value)))
    cut = shape if len(shape) <= _SAMPLE_MAX else f"{shape[:_SAMPLE_MAX]}..."
    return f"{type(value).__name__} {cut!r}"
