"""Rows made up from a description of their fields, so that every property of the contract has a value.

A shape is text: `name:kind`, `name:first|second` (one of the words), `name{...}` (an object), and with a
number in brackets an array of so many: `names[2]:text`, `items[3]{...}`. Knows no entity of the account.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from . import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = dict[str, Any]
_TOKEN = re.compile(r"(?P<name>\w+)(?:\[(?P<size>\d+)\])?(?::(?P<kind>[^\s{}]+)|\{)|(?P<end>\})")
ADJECTIVES = ("Amber", "Brisk", "Copper", "Early", "Golden", "Harbor", "Lucky", "Maple", "Quiet", "Spring")
NOUNS = ("Anchor", "Bakery", "Circle", "Feast", "Garden", "Lantern", "Market", "Oven", "Table", "Workshop")


def _text(h: int, _: int) -> str:
    return f"{ADJECTIVES[h % 10]} {NOUNS[h // 10 % 10]} {h // 100 % 10_000}"


def _minute(h: int, at: int) -> str:
    return seeds.stamp_ms(at - 60 * (h % 1440))


KINDS: dict[str, Callable[[int, int], Any]] = {
    "text": _text,
    "uuid": lambda h, _: seeds.uuid_text(h, seeds.stir(h, 0x1D)),
    "code": lambda h, _: f"{h % 36**6:08x}",
    "int": lambda h, _: 1 + h % 500,
    "number": lambda h, _: h % 40_000 / 4,
    "bool": lambda h, _: bool(h & 1),
    "time": _minute,
    "url": lambda h, _: f"https://pages.harborlight.example/{h % 36**6:x}",
    "email": lambda h, _: f"guest{h % 100_000}@harborlight.example",
    "phone": lambda h, _: f"207-555-{h % 10_000:04d}",
}
"""(a random number, seconds since 1970) -> a value; a `time` lies in the day before the given moment."""


@cache
def _parsed(shape: str) -> tuple[tuple[str, int | None, Any], ...]:
    """(name, size of the array or None, kind or the fields of an object)."""
    return tuple(_fields(_TOKEN.finditer(shape)))


def _fields(tokens: Iterator[re.Match[str]]) -> Iterator[tuple[str, int | None, Any]]:
    for token in tokens:
        if token["end"]:
            return
        size = int(token["size"]) if token["size"] else None
        yield token["name"], size, token["kind"] or tuple(_fields(tokens))


def sample_row(shape: str, seed: int, *path: object, at: int) -> Row:
    """A row with a value in each field of `shape`; the same arguments give the same row."""
    return _object(_parsed(shape), seed, path, at)


def _object(fields: Any, seed: int, path: tuple[object, ...], at: int) -> Row:
    return {name: _field(size, kind, seed, (*path, name), at) for name, size, kind in fields}


def _field(size: int | None, kind: Any, seed: int, path: tuple[object, ...], at: int) -> Any:
    if size is not None:
        return [_field(None, kind, seed, (*path, k), at) for k in range(size)]
    if not isinstance(kind, str):
        return _object(kind, seed, path, at)
    number = seeds.word(seed, *path)
    if kind in KINDS:
        return KINDS[kind](number, at)
    words = kind.split("|")
    return words[number % len(words)]
