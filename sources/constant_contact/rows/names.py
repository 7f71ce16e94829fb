"""Names of columns nobody declared: fields the API began to send after the catalogue was written.

Knows: the rules by which the loader rewrites names (dlt's snake_case naming), so that a column is called here
as it will be there and no later rewriting can merge two columns. Must not know: tables, Arrow, dlt itself.
"""

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from hashlib import blake2s

_ALPHABET = str.maketrans("+-*@|", "x_xal")
_FOREIGN = re.compile(r"[^a-zA-Z\d_]+")
_HUMP_WORD = re.compile(r"([^_])([A-Z][a-z]+)")
_HUMP = re.compile(r"([a-z0-9])([A-Z])")
_RUNS = re.compile(r"__+")


@lru_cache(maxsize=4096)
def normalise(part: str) -> str:
    """One level of a path as a column name spells it; never empty, never with `__` inside."""
    name = _FOREIGN.sub("_", part.translate(_ALPHABET))
    name = _HUMP.sub(r"\1_\2", _HUMP_WORD.sub(r"\1_\2", name)).lower()
    if name[:1].isdigit():
        name = f"_{name}"
    stripped = name.rstrip("_")
    return _RUNS.sub("_", stripped + "x" * (len(name) - len(stripped))) or "x"


def column_names(paths: Iterable[tuple[str, ...]], taken: Container[str]) -> dict[tuple[str, ...], str]:
    """A distinct name for each path, none of them in `taken`.

    A path that is its own normal form has the first claim on a name. Whoever finds it taken gets a short hash
    of its own spelling behind it, the same in every batch, so that two fields never share a column.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(paths, key=lambda path: (path != tuple(map(normalise, path)), path)):
        name = "__".join(map(normalise, path))
        if name in taken or name in found:
            name = f"{name}__x{blake2s(repr(path).encode(), digest_size=4).hexdigest()}"
        found[name] = path
    return {path: name for name, path in found.items()}
