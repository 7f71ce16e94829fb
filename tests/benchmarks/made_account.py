"""An account of any size as pages made beforehand: the same bodies for everything that is measured beside each other.

Contacts have all that the contract declares (custom fields, lists, tags, telephone numbers, addresses, notes, an SMS
channel with consents), about as much of it as
the provider's samples show. Events are the opens of a few e-mails.
"""

from __future__ import annotations

import json
import random
import uuid
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = 500
CHANGED = "changed"
"""Pages of contacts that changed, as long as there are any."""
MAILS = 4
"""E-mails among which the events are."""
LISTS, TAGS, FIELDS = 40, 30, 12
ENCODED_ACCOUNT = {
    "encoded_account_id": "a07e1made0up",
    "organization_name": "Benchmark",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "time_zone_id": "UTC",
}


def an_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128)))


def a_time(rng: random.Random) -> str:
    return f"20{rng.randrange(10, 26)}-03-{rng.randrange(10, 29)}T10:{rng.randrange(10, 60)}:04Z"


class Contacts:
    """Contacts that are members of the same lists, tags and fields."""

    def __init__(self, seed: int = 7) -> None:
        self._rng = random.Random(seed)
        self._lists, self._tags, self._fields = (
            [an_id(self._rng) for _ in range(count)] for count in (LISTS, TAGS, FIELDS)
        )

    def make(self) -> dict[str, Any]:
        rng, at = self._rng, a_time(self._rng)
        sources = {"create_source": "Account", "update_source": "Contact"}
        dates = {"created_at": at, "updated_at": at}
        return {
            "contact_id": an_id(rng),
            "email_address": {
                "address": f"{rng.getrandbits(40):x}@example.com",
                "permission_to_send": "implicit",
                **dates,
                "opt_in_source": "Account",
                "opt_in_date": at,
                "confirm_status": "off",
            },
            "first_name": "Debora",
            "last_name": "Lang",
            "job_title": "Musician",
            "company_name": "Acme Corp.",
            "birthday_month": rng.randrange(1, 13),
            "birthday_day": rng.randrange(1, 29),
            "anniversary": "2006-11-15",
            **sources,
            **dates,
            "custom_fields": [
                {"custom_field_id": id_, "value": "red", "choice_ids": ["1", "2"]}
                for id_ in rng.sample(self._fields, rng.randrange(4))
            ],
            "list_memberships": rng.sample(self._lists, rng.randrange(5)),
            "taggings": rng.sample(self._tags, rng.randrange(4)),
            "phone_numbers": [
                {"phone_number_id": an_id(rng), "phone_number": "555", "kind": "home", **dates, **sources}
                for _ in range(rng.randrange(3))
            ],
            "street_addresses": [
                {"street_address_id": an_id(rng), "kind": "home", "street": "1 Road", "city": "Bern", **dates}
                for _ in range(rng.randrange(2))
            ],
            "notes": [
                {"note_id": an_id(rng), "created_at": at, "content": "met at the fair"}
                for _ in range(rng.randrange(2))
            ],
            "sms_channel": {
                "sms_channel_id": an_id(rng),
                "sms_address": "7815551212",
                "sms_channel_consents": [{"consent_type": "promotional_sms", "opt_in_date": at}],
            },
        }


def write_contacts(folder: Path, count: int) -> None:
    """`page-<n>` are bodies as they are answered, `contacts.ndjson` the same rows one a line."""
    made = Contacts()
    pages = -(-count // PAGE)
    with (folder / "contacts.ndjson").open("wb") as lines:
        for number in range(pages):
            rows = [orjson.dumps(made.make()) for _ in range(min(PAGE, count - number * PAGE))]
            more = number + 1 < pages
            link = f',"next":{{"href":"/v3/contacts?limit={PAGE}&cursor={number + 1}"}}' if more else ""
            tail = f'],"contacts_count":{count},"_links":{{{link[1:]}}}}}'
            (folder / f"page-{number}").write_bytes(b'{"contacts":[' + b",".join(rows) + tail.encode())
            lines.write(b"\n".join(rows) + b"\n")


def write_changes(folder: Path, count: int) -> None:
    """`changed-<n>`: the first contacts that `write_contacts` made, with another name."""
    made = Contacts()
    pages = -(-count // PAGE)
    for number in range(pages):
        rows = [
            made.make() | {"first_name": "Deborah", "updated_at": "2026-11-20T10:00:04Z"}
            for _ in range(min(PAGE, count - number * PAGE))
        ]
        href = f"/v3/contacts?limit={PAGE}&updated_after=2026-01-01T00:00:00Z&cursor={number + 1}"
        links = {"next": {"href": href}} if number + 1 < pages else {}
        (folder / f"{CHANGED}-{number}").write_bytes(orjson.dumps({"contacts": rows, "_links": links}))


def mail_ids() -> list[tuple[str, str]]:
    """(campaign, activity) of each e-mail."""
    rng = random.Random(11)
    return [(an_id(rng), an_id(rng)) for _ in range(MAILS)]


def write_events(folder: Path, count: int) -> None:
    """`opens-<mail>-<n>`, newest first, and `events.ndjson`."""
    rng = random.Random(12)
    each = count // MAILS
    with (folder / "events.ndjson").open("wb") as lines:
        for mail, (_, activity) in enumerate(mail_ids()):
            path = f"/v3/reports/email_reports/{activity}/tracking/opens"
            at_ms = 1_776_000_000_000
            for number in range(-(-each // PAGE)):
                rows = []
                for _ in range(min(PAGE, each - number * PAGE)):
                    at_ms -= rng.randrange(1, 400)
                    rows.append(orjson.dumps(_an_open(rng, activity, at_ms)))
                more = (number + 1) * PAGE < each
                link = f'"next":{{"href":"{path}?limit={PAGE}&cursor={number + 1}"}}' if more else ""
                body = b'{"tracking_activities":[' + b",".join(rows) + f'],"_links":{{{link}}}}}'.encode()
                (folder / f"opens-{mail}-{number}").write_bytes(body)
                lines.write(b"\n".join(rows) + b"\n")


def _an_open(rng: random.Random, activity: str, at_ms: int) -> dict[str, Any]:
    import datetime as dt  # noqa: PLC0415

    at = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)
    return {
        "contact_id": an_id(rng),
        "campaign_activity_id": activity,
        "tracking_activity_type": "em_opens",
        "email_address": f"{rng.getrandbits(40):x}@example.com",
        "first_name": "Maddie",
        "last_name": "Brown",
        "device_type": "mobile",
        "created_time": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03}Z",
    }


def small_answers(contacts: int, events: int) -> Iterator[tuple[str, Any]]:
    """Path below /v3 -> body of what is one answer."""
    yield "/account/summary", ENCODED_ACCOUNT
    yield (
        "/contacts/counts",
        {"total": contacts, "explicit": 0, "implicit": contacts, "pending": 0, "unsubscribed": 0},
    )
    campaigns = []
    stats = []
    at = "2026-04-01T00:00:00.000Z"
    for number, (campaign, activity) in enumerate(mail_ids()):
        row = {
            "campaign_id": campaign,
            "name": f"Mail {number}",
            "current_status": "Done",
            "created_at": at,
            "updated_at": at,
            "type": "CUSTOM_CODE_EMAIL",
            "type_code": 10,
        }
        campaigns.append(row)
        of = {"campaign_activity_id": activity, "role": "primary_email"}
        yield f"/emails/{campaign}", {**row, "campaign_activities": [of]}
        activity_row = {**of, "campaign_id": campaign, "current_status": "Done", "subject": "Hello"}
        yield f"/emails/activities/{activity}", activity_row
        totals = {"em_sends": 0, "em_opens": events // MAILS, "em_opens_all": events // MAILS}
        stats.append({"campaign_activity_id": activity, "stats": totals, "last_refresh_time": at})
        by_campaign = {"campaign_id": campaign, "stats": totals, "last_refresh_time": at}
        yield f"/reports/stats/email_campaigns/{campaign}", {"results": [by_campaign], "errors": []}
    yield "/emails", {"campaigns": campaigns, "_links": {}}
    yield "/reports/stats/email_campaign_activities", {"results": stats, "errors": []}


def make(folder: Path, contacts: int, events: int) -> None:
    folder.mkdir(parents=True)
    write_contacts(folder, contacts)
    write_events(folder, events)
    (folder / "small.json").write_text(json.dumps(dict(small_answers(contacts, events))))
