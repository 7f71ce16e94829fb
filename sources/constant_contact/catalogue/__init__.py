"""Every readable resource as data: endpoints, tables, columns, in an order that respects who needs whose ids.

Must not know: HTTP, dlt, Arrow (`schema.py` apart, which nothing here imports). A bad row fails at import.

Adding a resource is one `Endpoint(...)` in the module of its family, one staging model, and what the sandbox serves:
1. Choose how it is read; `READS` has the ways, `reads/strategies.py` their code.
   - A listing, whole in each run: `reads="full"`. Pages follow by next link, `next_cursor` or `page`/`total_pages`, as
     the answer has them (`paged=True`); `soft_deletes` with a column `deleted_at` marks rows that are gone;
     `children=(child(...),)` makes tables of arrays inside the rows.
   - One request per row of another resource: `reads="detail"`, `detail_of` and `needs` name that resource, `version`
     its columns that move when the detail may have changed, `most` the most in one run. Its table begins with the key
     of that resource and has the column `version_read(...)`. Where 404 or 409 mean "nothing", `may_be_none=True`.
   - One request per e-mail that moved, for a list or an object that hangs on it: `_part(...)` in `mail_parts.py`. It is
     asked for when its campaign has moved, unless `RULES` of `reads/mail_parts.py` says otherwise.
   - What moves for some weeks after a date that the API filters by: `reads="recent"`, with `after` and `changed`.
   - Events, their registrations, landing pages, segments' members and reports of contacts have ways of their own.
   - What only a command reads (`on_command`) is off even with `opt_in = ["all"]`.
   - Another way needs a strategy: a name in `READS`, and in `reads/strategies.py` its `slices` and its `estimate`.
2. Say `scope`, `privilege`, and `opt_in=True` where it costs what not everybody wants to pay.
3. `python -m tests.generated` writes it into the README and dbt's sources; `transforms/models/staging/stg_<table>.sql`
   renames and casts each of its tables; then the same command again.
4. The sandbox serves it: then every test of exactness includes it.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from sources.constant_contact.catalogue import (
    account,
    automations,
    campaigns,
    contact_reports,
    contacts,
    email_reports,
    events,
    exports,
    jobs,
    landing_pages,
    mail_parts,
    old_ids,
    partners,
    registrations,
    sms,
    social,
)
from sources.constant_contact.catalogue.campaigns import REPORTED_ROLES
from sources.constant_contact.catalogue.columns import CatalogueError, Column, Table, Type, demand
from sources.constant_contact.catalogue.endpoint import READS, Endpoint, Login, Reads
from sources.constant_contact.catalogue.records import SET_ASIDE

__all__ = [
    "CATALOGUE",
    "CONTACT_EXPORT",
    "FEEDS",
    "LANDING_PAGES",
    "READS",
    "REPORTED_ROLES",
    "SET_ASIDE",
    "CatalogueError",
    "Column",
    "Endpoint",
    "Login",
    "Reads",
    "Table",
    "Type",
    "chosen",
    "collect",
    "endpoint",
    "must_be_read_by",
    "read_by",
    "resource_names",
    "table",
    "tables",
]

ALL = "all"
"""In the setting `opt_in`: every resource that a sync reads."""


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
    (
        *account.ENDPOINTS,
        *contacts.ENDPOINTS,
        *campaigns.ENDPOINTS,
        *email_reports.ENDPOINTS,
        *mail_parts.ENDPOINTS,
        *jobs.ENDPOINTS,
        *automations.ENDPOINTS,
        *social.ENDPOINTS,
        *sms.ENDPOINTS,
        *events.ENDPOINTS,
        *registrations.ENDPOINTS,
        *landing_pages.ENDPOINTS,
        *exports.ENDPOINTS,
        *old_ids.ENDPOINTS,
        *contact_reports.ENDPOINTS,
        *partners.ENDPOINTS,
    )
)
FEEDS: Mapping[str, str] = MappingProxyType(
    {name: f"stats__{of.stat}" for name, of in CATALOGUE.items() if of.stat is not None}
)
"""Feed of single events -> the column of the totals that counts its rows."""
CONTACT_EXPORT = exports.CONTACT_EXPORT.resource
"""What the setting `export_check` turns on."""
LANDING_PAGES = tuple(of.resource for of in landing_pages.ENDPOINTS)
"""Feeds of what happens on landing pages."""
_TABLES: Mapping[str, Table] = MappingProxyType(
    {one.name: one for e in CATALOGUE.values() for one in e.tables}
)


def resource_names() -> tuple[str, ...]:
    """Names of all resources in dependency order; what `--select` accepts."""
    return tuple(CATALOGUE)


def read_by(login: Login) -> frozenset[str]:
    """All resources that this kind of login can read, on by default or not."""
    return frozenset(name for name, of in CATALOGUE.items() if of.login == login)


def chosen(opt_in: Collection[str] = (), login: Login = "account") -> frozenset[str]:
    """What is read where nobody selects: what is on by default, and `opt_in`, or with "all" whatever a sync reads;
    with a partner's login what that reads.

    Raises ValueError for a name that is no resource, or none of this login's.
    """
    for name in opt_in:
        if name not in CATALOGUE and name != ALL:
            off = [known for known, of in CATALOGUE.items() if of.opt_in]
            raise ValueError(
                f"opt_in names {name!r}, which is no resource; choose from {', '.join([ALL, *off])}"
            )
    must_be_read_by(login, [name for name in opt_in if name != ALL], setting="opt_in")
    whole = login == "partner" or ALL in opt_in
    return frozenset(
        name
        for name, of in CATALOGUE.items()
        if of.login == login and (not of.opt_in or name in opt_in or (whole and not of.on_command))
    )


def must_be_read_by(login: Login, names: Iterable[str], *, setting: str) -> None:
    """Raises ValueError for the first resource that this kind of login cannot read."""
    for name in names:
        if CATALOGUE[name].login != login:
            there = ", ".join(known for known, of in CATALOGUE.items() if of.login == "partner")
            raise ValueError(
                f"{setting} names {name}, which needs a partner's login: a profile with login = partner"
                if login == "account"
                else f"{setting} names {name}, which a partner's login cannot read; it reads {there}, and the "
                "account of each client needs a login of its own"
            )


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
