"""A warehouse in the terms that dbt needs: what its profiles.yml reads from the environment."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LIBPQ: Final = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
"""Option of a connection -> the variable that the PostgreSQL client library reads where a profile says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtProfile:
    """Where the warehouse is, in the terms that dbt needs."""

    kind: Literal["duckdb", "postgres", "ducklake"]
    duckdb_path: Path | None = None
    host: str = "localhost"
    port: int = 5432
    user: str = ""
    password: str = field(default="", repr=False)
    dbname: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """How to connect to PostgreSQL beyond that: libpq's own words, such as sslmode and sslrootcert."""
    lake: str = ""
    """What a lake is called where it is attached."""
    place: str = ""
    """Where a lake's catalog is; no password."""
    opening: Sequence[str] = field(default=(), repr=False)
    """The statements that attach it."""

    def __post_init__(self) -> None:
        if self.kind == "duckdb" and self.duckdb_path is None:
            raise ValueError("a duckdb destination needs duckdb_path, the file of the warehouse")
        if self.kind == "postgres" and not (self.user and self.dbname):
            raise ValueError("a postgres destination needs user and dbname")

    @property
    def engine(self) -> Literal["duckdb", "postgres"]:
        """Whose SQL it speaks."""
        return "postgres" if self.kind == "postgres" else "duckdb"

    def environment(self) -> Mapping[str, str]:
        """The variables that the project's profiles.yml reads."""
        if self.kind == "duckdb":
            return {"CTCT_DBT_TARGET": "duckdb", "CTCT_DUCKDB_PATH": str(self.duckdb_path)}
        if self.kind == "ducklake":
            return {
                "CTCT_DBT_TARGET": "ducklake",
                "CTCT_LAKE": self.lake,
                "CTCT_LAKE_PLUGIN": f"{__package__}.lake_dbt",
                "CTCT_LAKE_OPENING": json.dumps(list(self.opening)),
            }
        return {
            "CTCT_DBT_TARGET": "postgres",
            "CTCT_PG_HOST": self.host,
            "CTCT_PG_PORT": str(self.port),
            "CTCT_PG_USER": self.user,
            "CTCT_PG_PASSWORD": self.password,
            "CTCT_PG_DBNAME": self.dbname,
            **{LIBPQ[name]: value for name, value in self.options.items() if name in LIBPQ},
        }
