"""The two files of settings: what is in them stays, values are added or replaced, each file is renewed as a whole.

Secrets go into `secrets.toml`, readable by its owner alone and kept out of git; everything else into `config.toml`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import Table

from pipelines.constant_contact import files
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.setup.git import keep_out

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = tuple[str, ...]
"""Sections, then the name."""
HEAD = {
    "config.toml": "Settings that are no secret; ctct init wrote them and changes them, ctct check says what counts.",
    "secrets.toml": "Secrets: readable by you alone, and never for git.",
}
COMMENTS = {
    "client_id": "the API key of the application",
    "client_secret": "the application's secret",
    "time_zone": "in which marts count days; without it the account's own",
    "state_dir": "login and request ledger",
    "credentials": "of the warehouse",
    "base_url": "the API",
    "webhook": "who is told of trouble",
    "report": "a page that each run renews",
}
HINTS = """\
More that can be set below, without the first sign; the README explains all:
# start_date = "2024-01-01"     # leave out campaigns last changed before; else all
# report = "report.html"        # a page that each run renews
# publish = "copy.duckdb"       # a copy of the warehouse for readers
# reserve_per_day = 0           # requests left for other programs on the same key
Alerts: section [sources.constant_contact.notify], see the README."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was done, for a person."""

    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write(folder: Path, plain: Mapping[Key, Any], secret: Mapping[Key, str]) -> Written:
    """Put the values into the files of the settings folder. Raises UserError where that cannot or must not be."""
    written = Written()
    try:
        if secret:
            note = keep_out(folder / "secrets.toml")
            written.notes.extend([note] if note else [])
        for name, values in (("config.toml", plain), ("secrets.toml", secret)):
            if values and _renewed(folder / name, values):
                written.files.append(folder / name)
    except OSError as error:
        raise UserError(
            f"the settings cannot be written to {error.filename or folder}: {error.strerror}; make the folder "
            f"writable, or run ctct init in another folder"
        ) from error
    _load_again()
    return written


def _renewed(path: Path, values: Mapping[Key, Any]) -> bool:
    """Whether the file is another one now. Raises OSError."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    document = tomlkit.parse(before) if before.strip() else _new(path.name)
    for (*sections, name), value in values.items():
        table: Any = document
        for section in sections:
            table = table.setdefault(section, tomlkit.table(is_super_table=section != sections[-1]))
            if not isinstance(table, MutableMapping):
                raise UserError(
                    f"{section} in {path} is no section but a value; remove that line, or write [{section}]"
                )
        if table.get(name) == value:
            continue
        is_new = name not in table
        table[name] = value
        if is_new and isinstance(table, Table) and name in COMMENTS:
            table[name].comment(COMMENTS[name])
    text = tomlkit.dumps(document)
    if text == before:
        _close_to_others(path)
        return False
    _replace(path, text)
    return True


def _new(name: str) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(tomlkit.comment(HEAD[name]))
    if name == "config.toml":
        for line in HINTS.splitlines():
            document.add(tomlkit.comment(line.removeprefix("# ")))
    document.add(tomlkit.nl())
    return document


def _replace(path: Path, text: str) -> None:
    """Secrets are private from the first byte on."""
    if path.name != "secrets.toml":
        with files.replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
        return
    files.make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _close_to_others(path: Path) -> None:
    if path.name == "secrets.toml" and files.open_to_others(path):
        path.chmod(0o600)


def settings_folder() -> Path:
    """The load tool's, of the current folder."""
    from dlt.common.runtime.run_context import active  # noqa: PLC0415 - two seconds

    return Path(active().settings_dir).absolute()


def _load_again() -> None:
    """The load tool reads its files once in a process."""
    from dlt.common.configuration.container import Container  # noqa: PLC0415 - two seconds
    from dlt.common.configuration.specs import PluggableRunContext  # noqa: PLC0415

    Container()[PluggableRunContext].reload_providers()
