"""The contract's operations and properties, counted: what one could read, whatever is read of it.

A property is a path of names from the root of an answer to a value that is no object; arrays are passed through. A
definition inside itself is followed as often as is asked for, then its name stands for all below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.contract.facts import facts, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str, ...]
Schema = dict[str, Any]
DEPTH = 1
"""How often a definition may stand inside itself, in what is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    path: Path
    type: str
    format: str | None

    @property
    def spelled(self) -> str:
        return ".".join(self.path) or "the file"


def resolved(schema: Schema) -> Schema:
    """A schema with `$ref` followed and `allOf` merged, one level."""
    if "$ref" in schema:
        return resolved(facts()["definitions"][named(schema)])
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in map(resolved, schema.get("allOf", ())):
        inner = {**part.get("properties", {}), **merged.get("properties", {})}
        merged = {**part, **merged, **({"properties": inner} if inner else {})}
    return merged


def named(schema: Schema) -> str:
    """The definition that a schema points to, or nothing."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def operations() -> dict[str, Schema]:
    """Path of each operation that reads -> the schema of its successful answer."""
    reads = {path: item["get"] for path, item in facts()["paths"].items() if "get" in item}
    return {path: answer_of(read) for path, read in reads.items()}


def answer_of(read: Schema) -> Schema:
    """The schema of success, whichever number it has."""
    found: Schema = next(iter(read["responses"].values()))["schema"]
    return found


def properties(path: str) -> tuple[Property, ...]:
    """Of the answer of one operation, each once, in the contract's order."""
    found = {each.path: each for each in _walk(answer_of(reading(path)), (), ())}
    return tuple(found.values())


def _walk(schema: Schema, path: Path, above: tuple[str, ...]) -> Iterator[Property]:
    name, whole = named(schema), resolved(schema)
    if name and above.count(name) >= DEPTH:
        yield Property(path=path, type="object", format=None)
        return
    inside = (*above, name) if name else above
    if whole.get("type") == "array":
        yield from _walk(whole.get("items") or {}, path, inside)
    elif whole.get("properties"):
        for key, inner in whole["properties"].items():
            yield from _walk(inner, (*path, key), inside)
    else:
        yield Property(path=path, type=whole.get("type", "object"), format=whole.get("format"))
