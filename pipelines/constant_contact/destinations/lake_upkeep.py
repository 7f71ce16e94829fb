"""A lake's files: small ones put together, old snapshots and what nobody reads any more removed, a person erased.

Every commit is a snapshot, and every insert a file. Without upkeep a night adds some hundred of each, for ever.
Functions: https://ducklake.select/docs/stable/duckdb/maintenance/recommended_maintenance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sources.constant_contact.warehouse import identifier, literal, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEPT_DAYS: Final = 8
"""Of snapshots: so long does a lake know how it was, last Monday included."""
UNREAD_DAYS: Final = 1
"""For which a file stays that no snapshot needs: a reader may have begun with it, a writer may be about to name it."""
FEW_FILES: Final = 8
WITH_FILES: Final = (
    "ducklake_data_file",
    "ducklake_delete_file",
    "ducklake_files_scheduled_for_deletion",
)
"""Tables of the catalog that name files: https://ducklake.select/docs/stable/specification/tables/overview."""
NO_FILE: Final = 2**63 - 1
"""Number of a file that never was one of a table."""
OWN_FILES: Final = "ducklake-*.parquet"
"""What DuckLake calls a file of rows or of deletions; in the star is an UUID."""
MOST_TABLES: Final = 40
"""Tables of which one run puts files together; the fullest come first, the next run goes on."""


def metadata(credentials: Any, schema: str) -> str:
    """Where DuckDB shows the catalog's own tables of an attached lake."""
    return f"{identifier(f'__ducklake_metadata_{credentials.ducklake_name}')}.{identifier(schema)}"


def tidy(ask: Callable[[str], Sequence[Any]], lake: str, catalog: str, datasets: Sequence[str]) -> None:
    """Within bounds, and of these datasets alone: others may be loading. `catalog`: where its tables are."""
    named = literals(datasets)
    crowded = ask(
        f"select s.schema_name, t.table_name from {catalog}.ducklake_data_file as f"
        f" join {catalog}.ducklake_table as t on t.table_id = f.table_id and t.end_snapshot is null"
        f" join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id and s.end_snapshot is null"
        f" where f.end_snapshot is null and s.schema_name in ({named})"
        f" group by 1, 2 having count(*) > {FEW_FILES} order by count(*) desc limit {MOST_TABLES}"
    )
    for row in crowded:
        table = f"{literal(lake)}, {literal(row['table_name'])}, schema => {literal(row['schema_name'])}"
        ask(f"call ducklake_merge_adjacent_files({table})")
        ask(f"call ducklake_rewrite_data_files({table})")
    kept, unread = (f"now() - interval '{days} days'" for days in (KEPT_DAYS, UNREAD_DAYS))
    ask(f"call ducklake_expire_snapshots({literal(lake)}, older_than => {kept})")
    ask(f"call ducklake_cleanup_old_files({literal(lake)}, older_than => {unread})")
    ask(f"call ducklake_delete_orphaned_files({literal(lake)}, older_than => {unread})")


def schedule_orphans(ask: Callable[[str], Sequence[Any]], catalog: str, datasets: Sequence[str]) -> None:
    """List for removal what killed or failed runs left in these datasets: files that the catalog does not name.

    The caller holds the datasets' lock and nothing older than that is under way, so nobody is about to name them, and
    no reader has ever seen them. Files are known by their names, in which UUIDs are: no spelling of a folder, and no
    file of somebody else's, is taken for an orphan.
    """
    named = literals(datasets)
    root = f"(select any_value(value) from {catalog}.ducklake_metadata where key = 'data_path' and scope is null)"
    folders = ask(
        f"select distinct case when path_is_relative then {root} || path else path end as folder"
        f" from {catalog}.ducklake_schema where schema_name in ({named})"
    )
    known = " union all ".join(f"select parse_filename(path) from {catalog}.{table}" for table in WITH_FILES)
    for row in folders:
        there = literal(f"{row['folder']}**/{OWN_FILES}")
        ask(
            f"insert into {catalog}.ducklake_files_scheduled_for_deletion"
            " (data_file_id, path, path_is_relative, schedule_start)"
            f" select {NO_FILE}, file, false, timestamptz '1970-01-01 00:00:00+00' from glob({there})"
            f" where parse_filename(file) not in ({known})"
        )


def erase(run: Callable[[str], None], lake: str, tables: Sequence[str]) -> None:
    """Write the files of these tables anew, without deleted rows, and remove all that came before: time travel ends
    here, for every dataset of the lake. `tables`: schema and table, quoted.
    """
    for qualified in tables:
        *_, schema, table = (part.strip('"') for part in qualified.split("."))
        where = f"{literal(lake)}, {literal(table)}, schema => {literal(schema)}"
        run(f"call ducklake_rewrite_data_files({where}, delete_threshold => 0)")
    run(f"call ducklake_expire_snapshots({literal(lake)}, older_than => now())")
    run(f"call ducklake_cleanup_old_files({literal(lake)}, cleanup_all => true)")
