"""The files that were written for people, so that an erasure reaches them: reports, exports, and lines of the prompt.

The list lies in the dataset's state folder. A file that a shell redirected from `ctct sql` is not in it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs

from pipelines.constant_contact.files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence

LIST = "outputs.json"
Kind = Literal["report", "export", "history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    path: Path
    kind: Kind


def note(folder: Path, path: Path, kind: Kind) -> None:
    """Remember a file that was written; absolutely, since another folder may ask."""
    known = {str(one.path): one.kind for one in outputs(folder)} | {str(path.absolute()): kind}
    fresh = folder / f"{LIST}.new"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([{"path": name, "kind": kind} for name, kind in sorted(known.items())], file)
    fresh.replace(folder / LIST)


def outputs(folder: Path) -> list[Output]:
    """The files of the list that are still there."""
    try:
        listed = json.loads((folder / LIST).read_bytes())
        found = [Output(path=Path(one["path"]), kind=one["kind"]) for one in listed]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return [one for one in found if one.path.is_file()]


def prompt_history() -> Path:
    """Statements that were typed at the prompt of `ctct sql`, whatever the dataset; readline's format, a line each."""
    return Path(platformdirs.user_state_path("constant-contact-pipeline")) / "sql_history"


def histories() -> list[Output]:
    path = prompt_history()
    return [Output(path=path, kind="history")] if path.is_file() else []


def without_lines(path: Path, words: Sequence[str]) -> None:
    """Write the file anew without the lines that hold one of the words. Raises OSError."""
    lines = path.read_bytes().splitlines(keepends=True)
    wanted = [word.encode() for word in words]
    with replacing(path) as fresh:
        fresh.write_bytes(b"".join(line for line in lines if not any(one in line.lower() for one in wanted)))


def holding(found: Sequence[Output], words: Sequence[str]) -> list[Output]:
    """Those with one of the words in them, whichever case."""
    return [one for one in found if _holds(one.path, [word.encode() for word in words])]


def _holds(path: Path, words: Sequence[bytes]) -> bool:
    if path.suffix == ".parquet":
        return _parquet_holds(path, words)
    text = path.read_bytes().lower()
    return any(word in text for word in words)


def _parquet_holds(path: Path, words: Sequence[bytes]) -> bool:
    """Parquet is compressed, so its rows are asked."""
    import duckdb  # noqa: PLC0415 - not for `--help`

    texts = [word.decode() for word in words]
    held = " or ".join("contains(lower(cast(t as text)), ?)" for _ in texts) or "false"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select 1 from read_parquet(?) as t where {held} limit 1", [str(path), *texts]
        )
        return found.fetchone() is not None
