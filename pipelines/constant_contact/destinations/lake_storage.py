"""Where a lake's files are: whether it is there and lets us in, asked before a request is spent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations import lake_catalog
from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "DESTINATION__DUCKLAKE__CREDENTIALS__STORAGE"
REFUSALS: Mapping[str, str] = {
    "NoSuchBucket": f"its bucket does not exist; make it, or correct {SETTING}__BUCKET_URL",
    "404": f"its bucket does not exist; make it, or correct {SETTING}__BUCKET_URL",
    "403": f"it refuses these credentials; correct {SETTING}__CREDENTIALS",
    "Could not connect": f"it does not answer; correct {SETTING}__CREDENTIALS__ENDPOINT_URL, or run again later",
}
"""Words of DuckDB -> what they mean for the storage of a lake."""


def check(credentials: Any) -> None:
    """Raises UserError."""
    if credentials.storage.is_local_filesystem:
        _check_folder(Path(credentials.storage_url))
    else:
        _check_bucket(credentials)


def _check_folder(folder: Path) -> None:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UserError(
            f"the folder of the lake, {folder}, cannot be written; make it, or correct {SETTING}__BUCKET_URL"
        )


def _check_bucket(credentials: Any) -> None:
    """By listing it, in a DuckDB of its own."""
    import duckdb  # noqa: PLC0415 - not for `--help`

    url = str(credentials.storage.bucket_url).rstrip("/")
    *secrets, _ = lake_catalog.attaching(credentials)
    with duckdb.connect() as connection:
        try:
            for statement in (*(f"load {file}" for file in credentials.extensions), *secrets):
                connection.execute(statement)
            connection.execute(f"select count(*) from glob({literal(f'{url}/*')})").fetchall()
        except duckdb.Error as error:
            raise UserError(f"the storage of the lake, {url}: {_meaning(error)}") from error


def _meaning(error: Exception) -> str:
    known = (meaning for words, meaning in REFUSALS.items() if words in str(error))
    return next(known, f"it cannot be read ({first_line(error)}); correct {SETTING}")
