"""`ctct export`: marts or raw tables as files that other programs open, one a table.

Parquet keeps types and texts. CSV is for spreadsheets: UTF-8 with a byte order mark, times in UTC, a text that a
spreadsheet would run as a formula begins with an apostrophe, and characters that act in a terminal are spelled out.
A file is written beside its place and then renamed: a reader sees the old one or the new one, never half of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.constant_contact import files
from pipelines.constant_contact.display.plain_text import FORMULA, UNSAFE, cell, json_text
from pipelines.constant_contact.errors import RunFailed, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pipelines.constant_contact.destinations.warehouse import Warehouse

Format = Literal["parquet", "csv"]
MARTS, RAW = "marts", "raw"
BATCH_ROWS = 50_000
RISKY = f"{FORMULA}|{UNSAFE}"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    table: str
    file: Path
    rows: int


def export(opened: Warehouse, out: Path, *, form: Format, select: Sequence[str]) -> Iterator[Exported]:
    """Write the tables one by one. `select`: `marts`, `raw`, or names of tables. Raises UserError for a name that is
    none, and where nothing can be written.
    """
    tables = _chosen(opened, select)
    try:
        files.make_folder(out)
    except OSError as error:
        raise UserError(f"the folder {out} cannot be made: {error.strerror}; choose another --out") from error
    for dataset, table in tables:
        file = out / f"{table}.{form}"
        yield Exported(table=table, file=file, rows=_write(opened, dataset, table, file, form))


def _chosen(opened: Warehouse, select: Sequence[str]) -> list[tuple[str, str]]:
    """(dataset, table), in order of names; a mart hides the raw table of the same name unless `raw` is asked for."""
    target = opened.target
    found = opened.query(
        "select table_schema as dataset, table_name as name, table_type as kind from information_schema.tables"
        f" where table_schema in ('{target.dataset}', '{target.analytics}') order by table_name"
    )
    raw = [str(row["name"]) for row in found if row["dataset"] == target.dataset]
    marts = [str(row["name"]) for row in found if row["dataset"] == target.analytics]
    views = {str(row["name"]) for row in found if row["kind"] == "VIEW"}  # which say again what marts say
    chosen: dict[tuple[str, str], None] = {}
    for name in select:
        if name == MARTS:
            tables = (mart for mart in marts if mart not in views and not mart.startswith("_"))
            chosen |= dict.fromkeys((target.analytics, mart) for mart in tables)
        elif name == RAW:
            chosen |= dict.fromkeys((target.dataset, table) for table in raw if not table.startswith("_"))
        elif name in marts or name in raw:
            chosen[(target.analytics if name in marts else target.dataset, name)] = None
        else:
            raise UserError(
                f"--select {name}: there is no such table; choose {MARTS}, {RAW}, or from {', '.join([*marts, *raw])}"
            )
    if not chosen:
        raise UserError(f"there are no {' or '.join(select)} in {opened.name} yet; run ctct sync first")
    names = [name for _, name in chosen]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(
            f"{', '.join(twice)}: a mart and a raw table of this name would share a file; export marts and raw into "
            "two folders"
        )
    return sorted(chosen, key=lambda one: one[1])


def _write(opened: Warehouse, dataset: str, table: str, file: Path, form: Format) -> int:
    """Rows written. The file keeps the mode of the one that it replaces, else what the umask gives."""
    try:
        with files.replacing(file) as beside:
            if form == "parquet":
                copied = opened.copied_to_parquet(_exact(opened, dataset, table), beside)
                if copied is not None:
                    return copied
            write = _to_parquet if form == "parquet" else _to_csv
            with opened.arrow_batches(f'select * from "{dataset}"."{table}"', BATCH_ROWS) as batches:
                return write(batches, beside)
    except OSError as error:
        raise RunFailed(
            f"{file} cannot be written: {error.strerror or error}; nothing was replaced"
        ) from error


def _exact(opened: Warehouse, dataset: str, table: str) -> str:
    """All columns; a sum of big integers as a decimal, which DuckDB would write as a rounded number."""
    huge = opened.query(
        "select column_name from information_schema.columns"
        f" where table_schema = '{dataset}' and table_name = '{table}' and data_type in ('HUGEINT', 'UHUGEINT')"
    )
    names = [f'"{row["column_name"]}"' for row in huge]
    casts = ", ".join(f"cast({name} as decimal(38, 0)) as {name}" for name in names)
    return f'select *{f" replace ({casts})" if names else ""} from "{dataset}"."{table}"'


def _to_parquet(batches: Iterator[pa.Table], file: Path) -> int:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only when something is exported

    first = next(batches)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        return _each(first, batches, writer.write_table)


def _to_csv(batches: Iterator[pa.Table], file: Path) -> int:
    from pyarrow import csv  # noqa: PLC0415 - only when something is exported

    first = next(batches)
    with file.open("wb") as raw:
        raw.write(BYTE_ORDER_MARK)
        with csv.CSVWriter(raw, _for_spreadsheets(first).schema) as writer:
            return _each(first, batches, lambda rows: writer.write_table(_for_spreadsheets(rows)))


def _each(first: pa.Table, rest: Iterator[pa.Table], write: Callable[[pa.Table], None]) -> int:
    written = 0
    for rows in (first, *rest):
        write(rows)
        written += rows.num_rows
    return written


def _for_spreadsheets(rows: pa.Table) -> pa.Table:
    """Texts that no spreadsheet runs; nested values as text, times without their zone, which is UTC."""
    import pyarrow as pa  # noqa: PLC0415

    names = [cell(name) for name in rows.column_names]
    return pa.table([_for_a_spreadsheet(column) for column in rows.columns], names=names)


def _for_a_spreadsheet(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    types = pa.types
    if types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s", column.type.tz), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S")
    if types.is_nested(column.type):
        texts = [None if value is None else json_text(value, default=str) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if not (types.is_string(column.type) or types.is_large_string(column.type)):
        return column
    if not pc.any(pc.match_substring_regex(column, RISKY)).as_py():
        return column  # nearly always, and a hundred times as fast
    texts = [None if text is None else cell(text) for text in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, column.type)])
