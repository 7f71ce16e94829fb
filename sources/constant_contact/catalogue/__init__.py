"""Every readable resource as data: endpoints, tables, columns, in an order that respects who needs whose ids.

Must not know: HTTP, dlt, Arrow (`schema.py` apart, which nothing here imports). A bad row fails at import.
Adding a resource is one `Endpoint(...)` in the module of its family.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sources.constant_contact.catalogue import account, campaigns, contacts, email_reports
from sources.constant_contact.catalogue.campaigns import REPORTED_ROLES
from sources.constant_contact.catalogue.columns import CatalogueError, Column, Table, Type, demand
from sources.constant_contact.catalogue.endpoint import READS, Endpoint, Reads
from sources.constant_contact.catalogue.records import SET_ASIDE

__all__ = [
    "CATALOGUE",
    "READS",
    "REPORTED_ROLES",
    "SET_ASIDE",
    "CatalogueError",
    "Column",
    "Endpoint",
    "Reads",
    "Table",
    "Type",
    "collect",
    "endpoint",
    "resource_names",
    "table",
    "tables",
]


def collect(endpoints: Iterable[Endpoint]) -> Mapping[str, Endpoint]:
    """The endpoints by name, in the order given; refuses a name twice or a need that comes later."""
    found: dict[str, Endpoint] = {}
    names: set[str] = set()
    for each in endpoints:
        for one in each.tables:
            demand(one.name not in names, f"table {one.name!r}", "it is declared twice.")
            names.add(one.name)
        for need in each.needs:
            demand(
                need in found,
                f"endpoint of {each.resource!r}",
                f"it needs {need!r}, which must come before it.",
            )
        found[each.resource] = each
    return MappingProxyType(found)


CATALOGUE: Mapping[str, Endpoint] = collect(
    (*account.ENDPOINTS, *contacts.ENDPOINTS, *campaigns.ENDPOINTS, *email_reports.ENDPOINTS)
)
_TABLES: Mapping[str, Table] = MappingProxyType(
    {one.name: one for e in CATALOGUE.values() for one in e.tables}
)


def resource_names() -> tuple[str, ...]:
    """Names of all resources in dependency order; what `--select` accepts."""
    return tuple(CATALOGUE)


def endpoint(name: str) -> Endpoint:
    """The endpoint of one resource; KeyError with the valid names otherwise."""
    if name not in CATALOGUE:
        raise KeyError(f"no resource {name!r}; there are {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def tables() -> tuple[Table, ...]:
    """All tables, each parent before its children."""
    return tuple(_TABLES.values())


def table(name: str) -> Table:
    """One table, child tables and the source's own included; KeyError with the valid names otherwise."""
    if name == SET_ASIDE.name:
        return SET_ASIDE
    if name not in _TABLES:
        raise KeyError(f"no table {name!r}; there are {', '.join(_TABLES)}.")
    return _TABLES[name]
