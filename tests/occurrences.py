"""Occurrence numbers for events, as rows one by one: what the numbering of whole columns is held against.

Two events may agree in activity, contact, time and link and still be two. They are told apart by a number
that comes out the same whenever the whole tie is read again, whatever order the API sends it in.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sources.constant_contact.catalogue import Endpoint
from sources.constant_contact.rows.values import json_text, typed


def number_occurrences(endpoint: Endpoint, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a feed, order kept, each with `occurrence` (1-based) within its `endpoint.event_key`.

    `rows` must hold every tie whole: hand over the page on which a tie goes on together with this one.
    Ties are numbered in the order of their content, not of their arrival.
    """
    keys = _event_keys(endpoint, rows)
    sizes = Counter(keys)
    numbered: list[dict[str, Any]] = [{**row, "occurrence": 1} for row in rows]
    if len(sizes) == len(keys):
        return numbered
    ties: dict[Hashable, list[int]] = {}
    for index, key in enumerate(keys):
        if sizes[key] > 1:
            ties.setdefault(key, []).append(index)
    for members in ties.values():
        for number, index in enumerate(sorted(members, key=lambda i: json_text(rows[i])), start=1):
            numbered[index]["occurrence"] = number
    return numbered


def _event_keys(endpoint: Endpoint, rows: Sequence[Mapping[str, Any]]) -> list[Hashable]:
    """One key per row; times compared as instants, so that another spelling of the same moment still ties."""
    parts: list[list[Any]] = []
    for name in endpoint.event_key:
        column = endpoint.table.column(name)
        values = [row.get(column.source[0]) for row in rows]
        array, _ = typed(column.type, values)
        parts.append((array.cast("int64") if column.type == "timestamp" else array).to_pylist())
    return list(zip(*parts, strict=True))
