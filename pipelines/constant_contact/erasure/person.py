"""Who is meant: the contacts of an address or id, what gives them away, and whether the account still has them.

Source: contract, GET /contacts/{contact_id}; api_guide/contacts_delete (a deleted one is answered, with deleted_at).
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pipelines.constant_contact.account_guard import identified
from pipelines.constant_contact.erasure.addresses import registered_as, registrants
from pipelines.constant_contact.erasure.search import (
    CONTACT_ID,
    OURS,
    SET_ASIDE,
    Relation,
    Traces,
    mentioning,
)
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError, NotFound
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.identity import NewerState, OtherAccount
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.source import Settings

CONTACTS = "contacts"
ADDRESS_LIKE = ("address", "email")
"""A column with this in its name may hold an address."""
InAccount = Literal["there", "deleted", "gone", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One contact."""

    contact_id: str
    addresses: tuple[str, ...] = ()
    in_account: InAccount = "unknown"
    """There: not deleted. Gone: not answered by its id. Unknown: nobody could be asked, and no row says it."""
    asked: bool = False
    """Whether the account said so, and not the loaded row."""


def people(
    opened: Warehouse, places: Sequence[Relation], *, email: str | None, contact_id: str | None
) -> list[Person]:
    """The contacts with this id, or that ever had this address, as far as anything of them is loaded."""
    ours = [place for place in places if place.area in OURS]
    with opened.kept_open():
        if email is not None:
            found = {*_ids_of(opened, ours, email), *_ids_set_aside(opened, ours, email)}
            ids = sorted(found.union(registrants(opened, email)))
        else:
            assert contact_id is not None
            ids = sorted(set(_spellings(opened, ours, contact_id))) or [contact_id]
        return [Person(contact_id=one, addresses=tuple(_addresses(opened, ours, one))) for one in ids]


def traces_of(found: Sequence[Person], email: str | None) -> Traces:
    """What to search for."""
    addresses = [*([email] if email else []), *(address for one in found for address in one.addresses)]
    return Traces(ids=tuple(one.contact_id for one in found), addresses=tuple(dict.fromkeys(addresses)))


def _ids_of(opened: Warehouse, places: Sequence[Relation], email: str) -> Iterator[str]:
    for place in places:
        names = _address_columns(place)
        if place.has_contact_id and names:
            same = " or ".join(f'lower(cast("{name}" as text)) = {literal(email.lower())}' for name in names)
            rows = opened.query(
                f"select distinct {CONTACT_ID} as id from {place.qualified} where {CONTACT_ID} is not null and ({same})"
            )
            yield from (str(row["id"]) for row in rows)


def _ids_set_aside(opened: Warehouse, places: Sequence[Relation], email: str) -> Iterator[str]:
    """Of rows that could not be loaded: their ids lie in their JSON."""
    for place in places:
        if place.name != SET_ASIDE or place.area != "dataset":
            continue
        where = mentioning(place, Traces(ids=(), addresses=(email,)))
        for row in opened.query(f"select * from {place.qualified} where {where}"):
            yield from (found for value in row.values() for found in _id_in(value))


def _id_in(value: Any) -> Iterator[str]:
    try:
        found = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
    except ValueError:
        return
    if isinstance(found, dict) and isinstance(found.get(CONTACT_ID), str):
        yield found[CONTACT_ID]


def _spellings(opened: Warehouse, places: Sequence[Relation], contact_id: str) -> Iterator[str]:
    """The id as the tables spell it."""
    for place in places:
        if place.has_contact_id:
            rows = opened.query(
                f"select distinct {CONTACT_ID} as id from {place.qualified}"
                f" where lower({CONTACT_ID}) = {literal(contact_id.lower())}"
            )
            yield from (str(row["id"]) for row in rows)


def _addresses(opened: Warehouse, places: Sequence[Relation], contact_id: str) -> list[str]:
    """Every address that a row of the contact shows, today's and earlier ones."""
    found: dict[str, None] = {}
    for place in places:
        if not place.has_contact_id:
            continue
        for name in _address_columns(place):
            rows = opened.query(
                f'select distinct cast("{name}" as text) as address from {place.qualified}'
                f" where lower({CONTACT_ID}) = {literal(contact_id.lower())} and cast(\"{name}\" as text) like '%@%'"
            )
            found |= dict.fromkeys(str(row["address"]).lower() for row in rows)
    return list(found | dict.fromkeys(registered_as(opened, [contact_id])))


def _address_columns(place: Relation) -> list[str]:
    return [name for name in place.texts if any(part in name for part in ADDRESS_LIKE)]


def looked_up(opened: Warehouse, own: Settings, found: Sequence[Person]) -> tuple[list[Person], str]:
    """The same with what the account says of them; where it cannot be asked, what the loaded rows say, and why.

    Raises OtherAccount where the login is of another account, which knows none of them.
    """
    why = ""
    try:
        with closing(Client(own.connection())) as client:
            client.check_login()
            identified(opened, client)
            return [_asked(client, one) for one in found], ""
    except (OtherAccount, NewerState):
        raise
    except ApiError as error:
        why = str(error)
    return [replace(one, in_account=_as_loaded(opened, one)) for one in found], why


def _asked(client: Client, one: Person) -> Person:
    path = endpoint(CONTACTS).detail_path
    assert path is not None
    try:
        row = client.record(path.format(contact_id=one.contact_id), {})
    except NotFound:
        return replace(one, in_account="gone", asked=True)
    return replace(one, in_account="deleted" if row.get("deleted_at") else "there", asked=True)


def _as_loaded(opened: Warehouse, one: Person) -> InAccount:
    if CONTACTS not in opened.columns():
        return "unknown"
    rows = opened.query(
        f"select deleted_at from {opened.qualified(CONTACTS)} where {CONTACT_ID} = {literal(one.contact_id)}"
    )
    if not rows:
        return "unknown"
    return "there" if rows[0]["deleted_at"] is None else "deleted"
