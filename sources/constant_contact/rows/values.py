"""Values of one column of a batch -> one Arrow array of its declared type.

Knows: which Python values fit a type, which can be turned into one without saying less, how times look.
Must not know: tables, names, rows.

Times (contract, definitions; api_guide samples): with Z, with fractions of any length, with +00:00, -0500 or
no offset, with a blank for the T or before the offset, dates alone. All become UTC microseconds; one without
an offset is taken as UTC; a column of days takes the UTC day of a time. An empty text in a column that is not
text means that there is no value. A time outside the years 1 to 9999 in UTC fits nowhere: Python's clock, DuckDB's and
PostgreSQL's end at different instants, and a table must not depend on where it is.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from types import NoneType
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from sources.constant_contact.catalogue.columns import Type
from sources.constant_contact.catalogue.schema import ARROW_TYPES

_FITS: dict[Type, frozenset[type]] = {
    "text": frozenset({str, NoneType}),
    "bigint": frozenset({int, NoneType}),
    "double": frozenset({float, int, NoneType}),
    "bool": frozenset({bool, NoneType}),
    "timestamp": frozenset({str, NoneType}),
    "date": frozenset({str, NoneType}),
}
_TIMES: frozenset[Type] = frozenset({"timestamp", "date"})
NUL = "\0"
_BIGINT_MAX = 2**63
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TIME = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*([Zz]|([+-])(\d\d):?(\d\d)?)?)?\s*",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = (each.replace(tzinfo=UTC) - _EPOCH for each in (datetime.min, datetime.max))  # noqa: DTZ901
_MICROSECONDS = _FIRST // timedelta(microseconds=1), _LAST // timedelta(microseconds=1)
_DAYS = _FIRST.days, _LAST.days
_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes otherwise in a text."""
_MAYBE_ESCAPED = r"\\u(0000|[dD][89a-fA-F])"
_NUL_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

Refused = dict[int, Any]


class DoesNotFitError(ValueError):
    """The value cannot be said in the column's type."""


def typed(type_: Type, values: Sequence[Any] | pa.Array) -> tuple[pa.Array, Refused]:
    """The array, and the raw values by position that it cannot hold (null there).

    The kinds of values are looked at first, because Arrow would quietly cut 1.5 to 1 and turn true into 1.0.
    Arrays come from Arrow's own reading of JSON, which takes no kind for another, of pages without the character 0.
    """
    if isinstance(values, pa.Array):
        return _typed_array(type_, values)
    if type_ == "json":
        return _json_texts(values)
    if _FITS[type_].issuperset(map(type, values)):
        try:
            return _at_once(type_, values), {}
        except (ValueError, OverflowError):  # one of them is odd: find out which
            pass
    return _one_by_one(type_, values)


def _typed_array(type_: Type, values: pa.Array) -> tuple[pa.Array, Refused]:
    if type_ == "json":
        return _json_of_lists(values)
    if type_ == "text":
        return values, {}
    try:
        return _checked(type_, values), {}
    except (ValueError, OverflowError):
        return _one_by_one(type_, values.to_pylist())


def _json_of_lists(values: pa.ListArray) -> tuple[pa.Array, Refused]:
    """Arrays of texts as JSON, put together from their parts where none of them needs an escape."""
    parts = values.flatten()
    if parts.null_count or pc.any(pc.match_substring_regex(parts, _ESCAPED)).as_py():
        return _json_texts(values.to_pylist())
    inner = pc.binary_join(values, '","')
    written = pc.binary_join_element_wise('["', inner, '"]', "")
    return pc.if_else(pc.equal(pc.list_value_length(values), 0), "[]", written), {}


def json_text(value: Any) -> str:
    """Compact JSON with sorted keys: the same value is the same text in every run."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'"{value}"'  # which JSON has no number for
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # half of a surrogate pair, a number beyond 64 bits, or more than 254 levels
        pass
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    except RecursionError:
        return _deep_text(value)


class _Mark(str):
    """JSON that is written already."""

    __slots__ = ()


def _deep_text(value: Any) -> str:
    """The same for any depth."""
    written: list[str] = []
    todo: list[Any] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, _Mark):
            written.append(item)
        elif isinstance(item, dict | list) and item:
            parts: list[Any] = [_Mark("{" if isinstance(item, dict) else "[")]
            for number, key in enumerate(sorted(item) if isinstance(item, dict) else range(len(item))):
                name = f"{json.dumps(key)}:" if isinstance(item, dict) else ""
                parts += [_Mark(f"{',' if number else ''}{name}"), item[key]]
            todo += reversed([*parts, _Mark("}" if isinstance(item, dict) else "]")])
        else:
            written.append(json_text(item))
    return "".join(written)


def _json_texts(values: Sequence[Any]) -> tuple[pa.Array, Refused]:
    """JSON that holds a NUL or half a surrogate pair is no JSON to PostgreSQL, which refuses the whole batch."""
    texts = [None if value is None else json_text(value) for value in values]
    array = pa.array(texts, pa.string())
    odd = pc.match_substring_regex(array, _MAYBE_ESCAPED)
    if not pc.any(odd).as_py():
        return array, {}
    refused = {
        index: values[index]
        for index, text in enumerate(texts)
        if text is not None and odd[index].as_py() and not _is_storable(text)
    }
    return pa.array([None if i in refused else text for i, text in enumerate(texts)], pa.string()), refused


def _is_storable(text: str) -> bool:
    if _NUL_ESCAPED.search(text):
        return False
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def instant(value: str) -> datetime:
    """The moment a text names, in UTC, cut to microseconds; DoesNotFitError if it names none."""
    match = _TIME.fullmatch(value)
    if match is None:
        raise DoesNotFitError(value)
    year, month, day, hour, minute, second, fraction, zone, sign, off_h, off_min = match.groups()
    offset = timedelta(hours=int(off_h or 0), minutes=int(off_min or 0)) if zone else timedelta()
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(f"{fraction or '0':0<6.6}"),
            tzinfo=timezone(-offset if sign == "-" else offset),
        ).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DoesNotFitError(value) from error


def _at_once(type_: Type, values: Sequence[Any]) -> pa.Array:
    return _checked(type_, pa.array(values, pa.string() if type_ in _TIMES else ARROW_TYPES[type_]))


def _checked(type_: Type, array: pa.Array) -> pa.Array:
    """Raises ValueError or OverflowError where one of the values is odd."""
    if type_ in _TIMES:
        return _checked_times(type_, array.cast(ARROW_TYPES[type_]))
    if type_ == "double" and not pc.all(pc.is_finite(array)).as_py():
        raise ValueError("a number is none, or is infinite")
    if type_ == "text" and pc.any(pc.match_substring(array, NUL)).as_py():
        raise ValueError(
            "a text holds the character 0, which PostgreSQL refuses together with its whole batch"
        )
    return array


def _checked_times(type_: Type, array: pa.Array) -> pa.Array:
    """Arrow reads the year 0 and goes beyond 9999; the slower way says which of the times does."""
    numbers, (first, last) = (
        (array.view(pa.int64()), _MICROSECONDS) if type_ == "timestamp" else (array.view(pa.int32()), _DAYS)
    )
    bounds = pc.min_max(numbers).as_py()
    if bounds["min"] is not None and not first <= bounds["min"] <= bounds["max"] <= last:
        raise OverflowError("a time lies outside the years 1 to 9999")
    return array


def _one_by_one(type_: Type, values: Sequence[Any]) -> tuple[pa.Array, Refused]:
    refused: Refused = {}
    taken: list[Any] = []
    for index, value in enumerate(values):
        said, whole = _coerced(type_, value)
        taken.append(said)
        if not whole:
            refused[index] = value
    return pa.array(taken, ARROW_TYPES[type_]), refused


def _coerced(type_: Type, value: Any) -> tuple[Any, bool]:
    """(value in the type or None, whether that says all that `value` said)."""
    if value is None or (value == "" and type_ != "text"):
        return None, True
    try:
        return _COERCE[type_](value), True
    except DoesNotFitError:
        return None, False


def _to_text(value: Any) -> str:
    if isinstance(value, str):
        if NUL in value:
            raise DoesNotFitError(value)
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise DoesNotFitError(value) from error
        return value
    if isinstance(value, bool | int | float):
        return json_text(value)
    raise DoesNotFitError(value)


def _to_bigint(value: Any) -> int:
    if isinstance(value, bool):
        raise DoesNotFitError(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and -_BIGINT_MAX <= value < _BIGINT_MAX:
        return value
    raise DoesNotFitError(value)


def _to_double(value: Any) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError as error:
            raise DoesNotFitError(value) from error
        if math.isfinite(number):
            return number
    raise DoesNotFitError(value)


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise DoesNotFitError(value)


def _to_instant(value: Any) -> datetime:
    if isinstance(value, str):
        return instant(value)
    raise DoesNotFitError(value)


def _to_date(value: Any) -> date:
    return _to_instant(value).date()


_COERCE: dict[Type, Callable[[Any], Any]] = {
    "text": _to_text,
    "bigint": _to_bigint,
    "double": _to_double,
    "bool": _to_bool,
    "timestamp": _to_instant,
    "date": _to_date,
}
