"""Which properties of the contract have a value in what the sandbox serves."""

from __future__ import annotations

from typing import Any


def properties(schema: Any, definitions: dict[str, Any], seen: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Paths of all leaf properties below a schema; a definition inside itself is followed once."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return set() if name in seen else properties(definitions[name], definitions, (*seen, name))
    paths: set[tuple[str, ...]] = set()
    for part in schema.get("allOf", ()):
        paths |= properties(part, definitions, seen)
    if "items" in schema:
        paths |= properties(schema["items"], definitions, seen)
    for name, inner in (schema.get("properties") or {}).items():
        paths |= {(name, *rest) for rest in properties(inner, definitions, seen) or {()}}
    return paths


def values(answer: Any) -> set[tuple[str, ...]]:
    """Paths of all that has a value below an answer, the numbers of array items left out."""
    if isinstance(answer, list):
        return set().union(*map(values, answer)) if answer else set()
    if not isinstance(answer, dict):
        return {()}
    paths: set[tuple[str, ...]] = set()
    for name, inner in answer.items():
        if inner is not None:
            paths |= {(name, *rest) for rest in values(inner) | {()}}
    return paths
