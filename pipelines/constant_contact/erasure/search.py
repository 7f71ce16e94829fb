"""Where a person is: rows of their own by contact id, and mentions of their id or address in any text.

SQL that DuckDB and PostgreSQL share. One statement a table; a table is read once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from pipelines.constant_contact.erasure.naming import names_one
from sources.constant_contact.warehouse import literals
from sources.constant_contact.withheld import ADDRESS, BY_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

CONTACT_ID = "contact_id"
SET_ASIDE = "_ctct_set_aside"
DETAILS = "event_registration_details"
OURS = ("dataset", "staging", "analytics")
Area = Literal["dataset", "staging", "analytics", "other"]
NO_TEXT = (
    "bigint", "integer", "smallint", "tinyint", "hugeint", "ubigint", "uinteger", "usmallint", "utinyint", "uhugeint",
    "double", "real", "float", "numeric", "decimal", "boolean", "date", "time", "interval", "bytea",
)  # fmt: skip
"""Beginnings of the names of types that hold no text."""
MAX_ARGUMENTS = 90
"""PostgreSQL takes 100 in a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What gives a person away."""

    ids: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    """Addresses that nobody else has now: what shows only one of them is the person's."""
    others: tuple[str, ...] = ()
    """Addresses that others have now, in lower case: a text that names one names them."""

    @property
    def words(self) -> tuple[str, ...]:
        """What names the person, in lower case; addresses also as they stand in a link."""
        theirs = (one for one in self.addresses if one.strip().lower() not in self.others)
        written = [word.lower() for word in (*self.ids, *theirs)]
        return tuple(dict.fromkeys((*written, *(quote(word).lower() for word in written))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table that is there, with the columns that can hold text."""

    schema: str
    name: str
    area: Area
    texts: tuple[str, ...]
    has_contact_id: bool
    json: tuple[str, ...] = ()
    """Those of `texts` whose type is JSON, and so not text itself."""

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def qualified(self) -> str:
        return f'"{self.schema}"."{self.name}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one table holds of a person."""

    relation: Relation
    own: int
    """Rows that are the person's."""
    mentions: int
    """Rows of something else with the id or an address in a longer text."""
    shared: int
    """Rows of something else with an address as their whole value, such as another contact's."""


def relations(opened: Warehouse) -> list[Relation]:
    """Every table that this login can read, views left out: they hold nothing."""
    rows = opened.query(
        "select c.table_schema as s, c.table_name as t, c.column_name as n, lower(c.data_type) as kind"
        " from information_schema.columns as c join information_schema.tables as t"
        " on t.table_catalog = c.table_catalog and t.table_schema = c.table_schema and t.table_name = c.table_name"
        " where c.table_catalog = current_database() and t.table_type = 'BASE TABLE'"
        " and c.table_schema not in ('information_schema', 'pg_catalog', 'pg_toast')"
        " order by c.table_schema, c.table_name, c.ordinal_position"
    )
    target = opened.target
    areas: dict[str, Area] = {
        target.dataset: "dataset",
        target.staging: "staging",
        target.analytics: "analytics",
    }
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows:
        columns.setdefault((str(row["s"]), str(row["t"])), []).append((str(row["n"]), str(row["kind"])))
    return [
        Relation(
            schema=schema,
            name=name,
            area=areas.get(schema, "other"),
            texts=tuple(column for column, kind in listed if not kind.startswith(NO_TEXT) or "[]" in kind),
            json=tuple(column for column, kind in listed if kind in {"json", "jsonb"}),
            has_contact_id=CONTACT_ID in {column for column, _ in listed},
        )
        for (schema, name), listed in columns.items()
    ]


def search(opened: Warehouse, places: Iterable[Relation], traces: Traces) -> list[Found]:
    """The tables that hold something of the person."""
    found = []
    with opened.kept_open():
        for place in places:
            own, mention = own_rows(place, traces), mentioning(place, traces)
            same = equal_to_address(place, traces)
            row = opened.query(
                f"select count(*) filter (where {own}) as own,"
                f" count(*) filter (where not ({own}) and ({same})) as shared,"
                f" count(*) filter (where not ({own}) and not ({same}) and ({mention})) as mentions"
                f" from {place.qualified}"
            )[0]
            counts = {name: int(str(row[name])) for name in ("own", "mentions", "shared")}
            if any(counts.values()):
                found.append(Found(relation=place, **counts))
    return found


def own_rows(place: Relation, traces: Traces) -> str:
    """A condition for rows that are the person's."""
    conditions = []
    if place.has_contact_id and traces.ids:
        conditions.append(f"coalesce({_in(CONTACT_ID, traces.ids)}, false)")
    if traces.owned and place.area == "dataset" and place.name in BY_ADDRESS and ADDRESS in place.texts:
        unknown = f"{CONTACT_ID} is null and " if place.has_contact_id else ""
        same = _in(f'trim("{ADDRESS}")', traces.owned, quote_name=False)
        conditions.append(f"({unknown}coalesce({same}, false))")
    if place.name == DETAILS and place.area == "dataset":
        conditions.append(f"({CONTACT_ID} is null and ({mentioning(place, traces)}))")
    if place.name == SET_ASIDE or place.area == "staging":
        conditions.append(mentioning(place, traces))
    return " or ".join(conditions) or "false"


def mentioning(place: Relation, traces: Traces) -> str:
    """A condition for rows with the id or an address anywhere in a text."""
    if not place.texts:
        return "false"
    texts = []
    for start in range(0, len(place.texts), MAX_ARGUMENTS):
        together = ", ".join(f'cast("{name}" as text)' for name in place.texts[start : start + MAX_ARGUMENTS])
        texts.append(f"lower(concat_ws(' | ', {together}))")
    return " or ".join(names_one(text, traces.words) for text in texts if traces.words) or "false"


def equal_to_address(place: Relation, traces: Traces) -> str:
    """A condition for rows that have an address as the whole of a value: it is somebody's, whoever that is."""
    if not traces.addresses:
        return "false"
    return (
        " or ".join(
            f'coalesce({_in(f"""cast("{name}" as text)""", traces.addresses, quote_name=False)}, false)'
            for name in place.texts
        )
        or "false"
    )


def _in(column: str, values: Sequence[str], *, quote_name: bool = True) -> str:
    name = f'"{column}"' if quote_name else column
    return f"lower({name}) in ({literals(value.lower() for value in values)})"
