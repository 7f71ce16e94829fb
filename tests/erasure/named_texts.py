"""Texts that name a person, and texts that name others whose addresses hold the person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.erasure.naming import names_one, without_names

if TYPE_CHECKING:
    from collections.abc import Callable

CONTACT = "11111111-2222-3333-4444-555555555555"
NAMED = [
    ("{}", "[erased]"),
    ("see {}.", "see [erased]."),
    ("'{}', (\u201c{}\u201d)", "'[erased]', (\u201c[erased]\u201d)"),
    ("{},{};{} {}", "[erased],[erased];[erased] [erased]"),
    ("mailto:{}?subject=x", "mailto:[erased]?subject=x"),
    (r'{{"a": "x\n{}\u003e"}}', r'{{"a": "x\n[erased]\u003e"}}'),
    ("https://x.example/?u=%3Fe%3D{}%26", "https://x.example/?u=%3Fe%3D[erased]%26"),
]
"""Texts with a person's address, and what is left of them."""
OTHERS = ["jo{}", "jo.{}", "x-{}", "x+{}", "d'{}", "\u00e9{}", "{}.au", "{}m", "{}-x.org"]
"""Addresses of others that it is a part of."""


def must_tell_apart(ask: Callable[[str], list[tuple[Any, ...]]]) -> None:
    """What is found and replaced by a database that answers `ask`."""
    for address in ("o'ann+tag%_@harborlight.example.co", CONTACT):
        texts = [(text.format(*[address.upper()] * 4), left.format()) for text, left in NAMED]
        if "@" in address:
            texts += [(whole, whole) for whole in (text.format(address) for text in OTHERS)]
        for text, left in texts:
            quoted = "'" + text.replace("'", "''") + "'"
            named = names_one(f"lower({quoted})", [address])
            [found] = ask(f"select {named}, {without_names(quoted, [address])}")
            assert (text != left, left) == found
