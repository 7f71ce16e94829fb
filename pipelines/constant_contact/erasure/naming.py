"""Whether a text names a person: the whole id or the whole address, never a part of somebody else's.

`ann@example.com` stands in `joann@example.com` and in `ann@example.com.au` too, which are other people's. SQL that
DuckDB (RE2, no look-behind) and PostgreSQL share: what stands around an address is kept by its groups.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

ERASED: Final = "[erased]"
"""What stands in the place of an id or address in somebody else's text."""
LETTER: Final = "a-z0-9À-ÿ"
BEFORE: Final = (
    rf"(^|[^{LETTER}._+'-]|(?:^|[^{LETTER}])'|%[0-9a-f][0-9a-f]"
    r"|\\[bfnrt]|\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f])"
)
"""What may stand before an address: nothing that goes on with it to the left, such as a letter, or the apostrophe of
a name; but a quote, and the end of an escape of a link or of JSON.
"""
AFTER: Final = rf"($|[^{LETTER}.-]|[.-](?:$|[^{LETTER}]))"
"""A full stop ends a sentence, or goes on with the domain."""


def names_one(text: str, words: Sequence[str]) -> str:
    """A condition: one of the words, in lower case, is in `text`, an expression for text in lower case."""
    return " or ".join(
        f"(position({literal(word)} in {text}) > 0 and {_without(text, [word], 'g')} <> {text})"
        if _is_address(word)
        else f"position({literal(word)} in {text}) > 0"
        for word in words
    )


def without_names(text: str, words: Sequence[str]) -> str:
    """An expression: `text` with a marker where it named one of the words, whichever case."""
    ids, addresses = ([one for one in words if _is_address(one) is wanted] for wanted in (False, True))
    if ids:
        text = f"regexp_replace({text}, {literal(_any(ids))}, {literal(ERASED)}, 'gi')"
    return _without(text, addresses, "gi") if addresses else text


def _without(text: str, addresses: Sequence[str], flags: str) -> str:
    """Twice, since what stands between two addresses belongs to the first match."""
    pattern, marked = literal(f"{BEFORE}({_any(addresses)}){AFTER}"), literal(rf"\1{ERASED}\3")
    for _ in range(2):
        text = f"regexp_replace({text}, {pattern}, {marked}, '{flags}')"
    return text


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _is_address(word: str) -> bool:
    """As it is, or as it stands in a link."""
    return "@" in word or "%40" in word
