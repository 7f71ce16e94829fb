"""A contact export: ordered, waited for within bounds, fetched, and read as far as it says who is in it.

The order is the only request besides tokens that asks the account for something to be done: a job among its jobs,
which changes no contact. Source: contract (contact_exports, activities/{activity_id}); api_guide/export_contacts. The
words of the file's head are not documented: columns are recognised by letters and digits alone, addresses by their @.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import BadRequest
from sources.constant_contact.api.paging import filled
from sources.constant_contact.reads.facts import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

WAITS_S = (1, 2, 4, 8, 15, *(30,) * 19)
"""Before each look at the job: ten minutes together."""
ENDS = ("completed", "cancelled", "failed", "timed_out")
FIELDS = (("contact_id", "email_address"), ("email_address",))
"""What is asked for, and what is where a server knows no such field."""


class ExportFailedError(Exception):
    """There is no file; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Who is in the file: ids, or addresses in lower case where it has no ids."""

    activity_id: str
    by_id: bool
    keys: Mapping[str, str]
    """Id or address -> the address as it is written, which may be empty."""


def slices(_: Reading, __: Endpoint) -> None:
    """None: the check comes after the audit, when what is loaded is known."""


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    yield Line(
        resource=of.resource,
        why="once a week, with the setting export_check",
        rows=None,
        requests=4 if facts.options.export_check else 0,
    )


def exported(client: Client, activity_id: str) -> Exported:
    """The file of a job, once it is there. Raises ExportFailedError, and ApiError."""
    body = _finished(client, activity_id)
    link = str(((body.get("_links") or {}).get("results") or {}).get("href") or "")
    file_id = link.rstrip("/").rpartition("/")[2] or activity_id
    answer = client.get(filled("/contact_exports/{file_id}", file_id=file_id))
    return read_file(answer.body, activity_id)


def ordered(client: Client) -> str:
    """The id of a new job. Raises ExportFailedError, and ApiError."""
    for number, fields in enumerate(FIELDS, 1):
        try:
            job = client.order_contact_export(fields)
            break
        except BadRequest:
            if number == len(FIELDS):
                raise
    if not isinstance(job, dict) or not job.get("activity_id"):
        raise ExportFailedError("the server took the order and named no job")
    return str(job["activity_id"])


def _finished(client: Client, activity_id: str) -> dict[str, Any]:
    state = "unknown"
    for wait_s in WAITS_S:
        client.wait(wait_s)
        body = client.record(filled("/activities/{activity_id}", activity_id=activity_id))
        state = str(body.get("state"))
        if state == "completed":
            return body
        if state in ENDS:
            raise ExportFailedError(f"job {activity_id} ended as {state}")
    raise ExportFailedError(f"job {activity_id} was still {state} after {sum(WAITS_S) // 60} minutes")


def read_file(content: bytes, activity_id: str) -> Exported:
    """Raises ExportFailedError for a file that says of nobody who it is."""
    try:
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportFailedError(f"the file of job {activity_id} is no CSV in UTF-8") from error
    head = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in rows[0]] if rows else []
    ids, addresses = _place(head, "contactid"), _place(head, "emailaddress")
    addresses = _with_at(rows[1:], len(head)) if addresses is None else addresses
    key = addresses if ids is None else ids
    if key is None:
        raise ExportFailedError(
            f"the file of job {activity_id} has neither ids nor addresses, only {rows[:1]}"
        )
    keys: dict[str, str] = {}
    for row in rows[1:]:
        word = row[key].strip().lower() if key < len(row) else ""
        address = row[addresses].strip() if addresses is not None and addresses < len(row) else ""
        if word:
            keys[word] = address
    return Exported(activity_id=activity_id, by_id=ids is not None, keys=keys)


def _place(head: Sequence[str], name: str) -> int | None:
    return head.index(name) if name in head else None


def _with_at(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """The column in which most cells look like addresses."""
    counts = [sum(at < len(row) and "@" in row[at] for row in rows) for at in range(width)]
    most = max(counts, default=0)
    return counts.index(most) if most * 2 > len(rows) else None
