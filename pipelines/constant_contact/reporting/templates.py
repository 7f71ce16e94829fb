"""Templates that cannot turn a name of the account into markup, and a policy under which a page loads nothing.

Knows Jinja; knows no page. Whatever a template is given is escaped and made plain first.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.reporting.formats import FILTERS

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment


def environment(*folders: Path) -> Environment:
    """Templates of these folders; the first one that has a name wins."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only for a page

    found = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_made_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= FILTERS
    return found


def _made_plain(value: object) -> object:
    """What the page's own files and drawings hold is left as it is."""
    return plain(value) if type(value) is str else value


def policy(css: str, script: str, *, forms_to: str = "'none'") -> str:
    """What a browser may do with the page: use its own style and script, and nothing else, from nowhere.

    Even text of the account that got past the escaping could neither run nor send anything
    (https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP).
    """
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (css, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        f"base-uri 'none'; form-action {forms_to}"
    )
