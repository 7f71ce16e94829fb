"""The parts of DuckDB that a lake needs, from the packages of the extra `lake`: loaded from their files, so that
nothing is fetched, and nothing is written into anybody's home.

Each part fits one version of DuckDB and no other, which is why the extra names versions exactly.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from pipelines.constant_contact.errors import UserError
from sources.constant_contact.warehouse import literal

INSTALL = "pip install 'constant-contact-pipeline[lake]'"
LAKE = "ducklake"
OBJECTS = "httpfs"
CATALOGS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
"""Kind of catalog -> the part that speaks to it; a catalog that is a DuckDB file needs none."""


def needed(*, catalog: str, remote: bool) -> tuple[str, ...]:
    """The parts for a catalog of this kind, and for files on this machine or elsewhere."""
    more = [CATALOGS[catalog]] if catalog in CATALOGS else []
    return (LAKE, *more, *([OBJECTS] if remote else []))


def file_of(name: str) -> Path:
    """The library of one part. Raises UserError where its package is missing, or is for another DuckDB."""
    import duckdb  # noqa: PLC0415 - not for `--help`

    package = f"duckdb_extension_{name}"
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UserError(
            f"a lake needs the package {package.replace('_', '-')}, which is not installed; run: {INSTALL}"
        )
    folder = Path(spec.origin).parent / "extensions"
    library = folder / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not library.is_file():
        there = ", ".join(sorted(path.name for path in folder.glob("v*"))) or "none"
        raise UserError(
            f"the package {package.replace('_', '-')} is for DuckDB {there}, and DuckDB here is "
            f"v{duckdb.__version__}; run: {INSTALL}"
        )
    return library


def quoted_files(names: tuple[str, ...]) -> list[str]:
    """What LOAD takes."""
    return [literal(str(file_of(name))) for name in names]
