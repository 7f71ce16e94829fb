"""The file of a contact export: which contacts, which columns. Knows no HTTP.

Headers, formats and multi-value separators are undocumented: they look as people see them in a spreadsheet.
Source: contract, ContactsExport; api_guide/export_contacts.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from .paging import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .contacts import Contacts
    from .matching import Matching

Row = dict[str, Any]
STATUSES = {"active": "active", "unsubscribed": "unsubscribed", "removed": "deleted"}
"""The words of exports -> those of /contacts."""
ALONE = ("tag_ids", "segment_id")
KNOWN = ("contact_ids", "list_ids", "tag_ids", "segment_id", "new_subscriber", "status", "exclude", "fields")
MOST = {"contact_ids": 500, "list_ids": 50, "tag_ids": 50}


def _email(key: str) -> Callable[[Row], Any]:
    return lambda row: row.get("email_address", {}).get(key, "")


def _plain(key: str) -> Callable[[Row], Any]:
    return lambda row: row.get(key, "")


def _street(key: str) -> Callable[[Row], Any]:
    return lambda row: next((one[key] for one in row.get("street_addresses", ())), "")


def _joined(key: str, of: str) -> Callable[[Row], Any]:
    return lambda row: "; ".join(one[of] for one in row.get(key, ()))


COLUMNS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "email_address": ("Email address", _email("address")),
    "first_name": ("First name", _plain("first_name")),
    "last_name": ("Last name", _plain("last_name")),
    "phone_number": ("Phone", _joined("phone_numbers", "phone_number")),
    "company_name": ("Company", _plain("company_name")),
    "job_title": ("Job title", _plain("job_title")),
    "anniversary": ("Anniversary", _plain("anniversary")),
    "birthday_month": ("Birthday month", _plain("birthday_month")),
    "birthday_day": ("Birthday day", _plain("birthday_day")),
    "street": ("Street address line 1", _street("street")),
    "city": ("City", _street("city")),
    "state": ("State/Province", _street("state")),
    "zip": ("Zip/Postal Code", _street("postal_code")),
    "country": ("Country", _street("country")),
    "notes": ("Notes", _joined("notes", "content")),
    "email_lists": ("Email Lists", lambda row: "; ".join(row.get("list_memberships", ()))),
    "source_name": ("Source Name", _plain("create_source")),
    "created_at": ("Created At", _plain("created_at")),
    "updated_at": ("Updated At", _plain("updated_at")),
    "email_optin_source": ("Opt-in Source", _email("opt_in_source")),
    "email_optin_date": ("Opt-in Date", _email("opt_in_date")),
    "email_optout_source": ("Opt-out Source", _email("opt_out_source")),
    "email_optout_date": ("Opt-out Date", _email("opt_out_date")),
    "email_optout_reason": ("Opt-out Reason", _email("opt_out_reason")),
}
CONTACT_ID = {"contact_id": ("Contact ID", _plain("contact_id"))}


def _check(order: Row, columns: Row) -> None:
    """Raises BadRequestError for an order that the contract does not allow."""
    if unknown := order.keys() - set(KNOWN):
        raise BadRequestError(f"There is no property {', '.join(sorted(unknown))}.")
    if unknown := set(order.get("fields", ())) - columns.keys():
        raise BadRequestError(f"There is no field {', '.join(sorted(unknown))}.")
    for name in ALONE:
        if name in order and order.keys() - {name, "fields"}:
            raise BadRequestError(f"{name} cannot be combined with other filters.")
    for name, most in MOST.items():
        if len(order.get(name, ())) > most:
            raise BadRequestError(f"{name} names at most {most}.")
    if order.get("status", "active") not in STATUSES:
        raise BadRequestError(f"status is one of {', '.join(STATUSES)}.")


def _filters(order: Row) -> dict[str, str]:
    """The same choice in the words of /contacts."""
    filters = {"status": STATUSES[order["status"]] if "status" in order else "not_deleted"}
    filters |= {"lists": ",".join(order["list_ids"])} if "list_ids" in order else {}
    filters |= {"tags": ",".join(order["tag_ids"])} if "tag_ids" in order else {}
    return filters | ({"segment_id": str(order["segment_id"])} if "segment_id" in order else {})


def _chosen(order: Row, contacts: Contacts, matching: Matching, new_since: int) -> Iterator[Row]:
    only = set(order["contact_ids"]) if "contact_ids" in order else None
    without = set(order.get("exclude", {}).get("contact_ids", ()))
    for i in matching.select(_filters(order)):
        contact_id = contacts.id_of(i)
        is_new = contacts.created[i] >= new_since or not order.get("new_subscriber")
        if contact_id not in without and (only is None or contact_id in only) and is_new:
            yield contacts.row(i)


def file_of(
    order: Row, contacts: Contacts, matching: Matching, *, new_since: int, with_ids: bool
) -> tuple[str, int]:
    """(the CSV, number of its contacts). Raises BadRequestError for an order that is not allowed.

    `new_since`: since when a subscriber is new; `with_ids`: whether contact_id is one of the fields.
    """
    columns = COLUMNS | (CONTACT_ID if with_ids else {})
    _check(order, columns)
    shown = [columns[name] for name in order.get("fields") or COLUMNS]
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(header for header, _ in shown)
    rows = list(_chosen(order, contacts, matching, new_since))
    lines.writerows([value_of(row) for _, value_of in shown] for row in rows)
    return text.getvalue(), len(rows)
