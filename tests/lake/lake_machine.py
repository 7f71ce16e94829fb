"""A machine that syncs into a lake: real processes, a catalog in PostgreSQL, files in a folder or in object storage."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from child_runs import SCHEMA, Home
from object_storage import KEY, SECRET, STORAGE

from pipelines.constant_contact.destinations.lake_extensions import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from object_storage import ObjectStorage

CATALOG = "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"
SYNC = ("sync", "--destination", "ducklake", "--no-transform")
LISTED = """
select case when f.path_is_relative then s.path || t.path || f.path else f.path end
from (
    select table_id, path, path_is_relative from {catalog}.ducklake_data_file
    union all select table_id, path, path_is_relative from {catalog}.ducklake_delete_file
) as f
join {catalog}.ducklake_table as t using (table_id)
join {catalog}.ducklake_schema as s using (schema_id)
union all select path from {catalog}.ducklake_files_scheduled_for_deletion
"""
"""Every file that the catalog knows, those that wait to be removed included."""


@dataclass(kw_only=True)
class LakeHome(Home):
    """A user's machine whose warehouse is a lake; several may share one."""

    catalog: str
    """Address of the server."""
    files: str
    """A folder, or a bucket with the storage below."""
    storage: ObjectStorage | None = None

    def variables(self) -> dict[str, str]:
        more = {CATALOG: self.catalog, f"{STORAGE}BUCKET_URL": self.files}
        if self.storage is not None:
            more |= self.storage.environment()
        return super().variables() | more

    @contextlib.contextmanager
    def lake(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake as a reader sees it."""
        with duckdb.connect() as connection:
            for part in ("ducklake", "postgres_scanner", "httpfs"):
                connection.execute(f"load '{file_of(part)}'")
            if self.storage is not None:
                connection.execute(
                    f"create secret (type s3, key_id '{KEY}', secret '{SECRET}', region 'us-east-1', use_ssl false,"
                    f" endpoint '127.0.0.1:{self.storage.port}', url_style 'path')"
                )
            connection.execute("set timezone = 'UTC'")
            connection.execute(
                f"attach 'ducklake:postgres:{self.catalog}' as lake (read_only, metadata_schema 'ducklake')"
            )
            yield connection

    def query(self, sql: str, dataset: str = SCHEMA) -> list[dict[str, Any]]:
        with self.lake() as connection:
            connection.execute(f"use lake.{dataset}")
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def orphans(self) -> list[str]:
        """Files that nothing knows."""
        with self.lake() as connection:
            known = connection.execute(LISTED.format(catalog="__ducklake_metadata_lake.ducklake")).fetchall()
            there = connection.execute(f"select file from glob('{self.files}/**')").fetchall()
        listed = tuple(str(name) for (name,) in known)
        return sorted(str(file) for (file,) in there if not str(file).endswith(listed))
