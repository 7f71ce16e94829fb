"""Names of columns nobody declared: fields the API began to send after the catalogue was written.

Knows: the rules by which the loader rewrites names (dlt's snake_case naming), so that a column is called here
as it will be there and no later rewriting can merge two columns. Must not know: tables, Arrow, dlt itself.
"""

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from hashlib import blake2s

from sources.constant_contact.catalogue.columns import DELETED, EXTRA, RAW_SUFFIX

Path = tuple[str, ...]
MAX_LENGTH = 63
"""PostgreSQL's: a longer name would be another one there (https://www.postgresql.org/docs/15/limits.html)."""
_OURS = ("_dlt_", "_ctct_")
"""How the loader's own columns begin, and the pipeline's own tables."""

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


def plain_name(path: Path) -> str:
    """What a path is called where nothing speaks against it."""
    return "__".join(map(normalise, path))


def is_free(name: str, taken: Container[str]) -> bool:
    """Whether a field may have this name: it is nobody's, neither the loader's nor the pipeline's, and not too long."""
    return (
        name not in taken
        and len(name) <= MAX_LENGTH
        and name not in {DELETED, EXTRA}
        and not name.startswith(_OURS)
        and not name.endswith(RAW_SUFFIX)
    )


def other_name(path: Path) -> str:
    """The name of a path whose plain one is not free: a short hash of its own spelling tells it from all others."""
    mark = f"__x{blake2s(repr(path).encode(errors='backslashreplace'), digest_size=4).hexdigest()}"
    start = plain_name(path)[: MAX_LENGTH - len(mark)].rstrip("_") or "x"
    return (f"x{start}" if start.startswith(_OURS) else start) + mark


def in_order(paths: Iterable[Path]) -> list[Path]:
    """A path that is its own normal form has the first claim on its name."""
    return sorted(paths, key=lambda path: (path != tuple(map(normalise, path)), path))
