"""Addresses of contacts, where rows are found by them: those they have and had, and those they registered with.

A registration names no contact; its detail does, where details are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.erasure.search import CONTACT_ID, DETAILS
from sources.constant_contact.warehouse import literal, literals
from sources.constant_contact.withheld import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

CONTACTS, REGISTRATIONS = "contacts", "event_registrations"
OF_CONTACT = "email_address__address"


def registrants(opened: Warehouse, email: str) -> list[str]:
    """Ids of the contacts who registered with an address."""
    same = f"lower(trim(r.{ADDRESS})) = {literal(email.strip().lower())}"
    return _of_registrations(opened, f"d.{CONTACT_ID}", same)


def registered_as(opened: Warehouse, ids: Sequence[str]) -> list[str]:
    """Addresses with which contacts registered, in lower case."""
    return _of_registrations(
        opened, f"lower(trim(r.{ADDRESS}))", f"lower(d.{CONTACT_ID}) in ({_listed(ids)})"
    )


def _of_registrations(opened: Warehouse, wanted: str, where: str) -> list[str]:
    if not {REGISTRATIONS, DETAILS} <= set(opened.columns()):
        return []
    rows = opened.query(
        f"select distinct {wanted} as word from {opened.qualified(REGISTRATIONS)} as r"
        f" join {opened.qualified(DETAILS)} as d on d.event_id = r.event_id and d.registration_id = r.registration_id"
        f" where {where} and {wanted} is not null"
    )
    return sorted(str(row["word"]) for row in rows)


def addresses_of(opened: Warehouse, ids: Sequence[str]) -> list[str]:
    """Every address of contacts that their own rows, present and past, and their registrations show."""
    columns, found = opened.columns(), set(registered_as(opened, ids))
    for table in (CONTACTS, f"{CONTACTS}_history"):
        if OF_CONTACT in columns.get(table, ()):
            rows = opened.query(
                f"select distinct lower(trim({OF_CONTACT})) as word from {opened.qualified(table)}"
                f" where lower({CONTACT_ID}) in ({_listed(ids)}) and {OF_CONTACT} is not null"
            )
            found |= {str(row["word"]) for row in rows}
    return sorted(found)


def owned(opened: Warehouse, ids: Sequence[str], addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses, without those that other contacts have now: what shows only one of these may be theirs."""
    wanted = {address.strip().lower() for address in addresses}
    if not wanted or not {OF_CONTACT, "deleted_at"} <= set(opened.columns().get(CONTACTS, ())):
        return tuple(sorted(wanted))
    others = f" and lower({CONTACT_ID}) not in ({_listed(ids)})" if ids else ""
    rows = opened.query(
        f"select distinct lower(trim({OF_CONTACT})) as word from {opened.qualified(CONTACTS)}"
        f" where deleted_at is null and lower(trim({OF_CONTACT})) in ({_listed(sorted(wanted))}){others}"
    )
    return tuple(sorted(wanted - {str(row["word"]) for row in rows}))


def _listed(words: Sequence[str]) -> str:
    return literals(word.lower() for word in words)
