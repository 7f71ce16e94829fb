"""How many contacts and events a second become Arrow on one core. Run: python tests/benchmarks/rows.py

Prints the median of five runs over batches of 40 pages, parsed from JSON beforehand, in CPU seconds of one
core, so that what else the machine does counts only as far as it slows that core down.
"""

import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.rows import to_arrow
from tests.occurrences import number_occurrences

BATCH = 40 * 500
RUNS = 5


def an_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128)))


def a_contact(rng: random.Random) -> dict[str, Any]:
    at = f"20{rng.randrange(10, 27)}-03-0{rng.randrange(1, 10)}T10:53:0{rng.randrange(10)}Z"
    sources = {"create_source": "Account", "update_source": "Contact"}
    return {
        "contact_id": an_id(rng),
        "email_address": {
            "address": f"{rng.getrandbits(40):x}@example.com",
            "permission_to_send": "implicit",
            "created_at": at,
            "updated_at": at,
            "opt_in_source": "Account",
            "opt_in_date": at,
            "confirm_status": "off",
        },
        "first_name": "Debora",
        "last_name": "Lang",
        "job_title": "Musician",
        "birthday_month": 11,
        "birthday_day": 24,
        **sources,
        "created_at": at,
        "updated_at": at,
        "custom_fields": [
            {"custom_field_id": an_id(rng), "value": "x", "choice_ids": ["1", "2"]}
            for _ in range(rng.randrange(4))
        ],
        "list_memberships": [an_id(rng) for _ in range(rng.randrange(5))],
        "taggings": [an_id(rng) for _ in range(rng.randrange(4))],
        "phone_numbers": [
            {
                "phone_number_id": an_id(rng),
                "phone_number": "555",
                "kind": "home",
                "created_at": at,
                **sources,
            }
            for _ in range(rng.randrange(3))
        ],
        "street_addresses": [
            {
                "street_address_id": an_id(rng),
                "kind": "home",
                "street": "1 Road",
                "city": "Bern",
                "created_at": at,
            }
            for _ in range(rng.randrange(2))
        ],
        "notes": [
            {"note_id": an_id(rng), "created_at": at, "content": "hm"} for _ in range(rng.randrange(2))
        ],
        "sms_channel": {
            "sms_channel_id": an_id(rng),
            "sms_address": "7815551212",
            "sms_channel_consents": [{"consent_type": "promotional_sms", "opt_in_date": at}],
        },
    }


def an_open(rng: random.Random) -> dict[str, Any]:
    return {
        "contact_id": an_id(rng),
        "campaign_activity_id": "98edac88-f4bc-408c-9e64-acd890384231",
        "tracking_activity_type": "em_opens",
        "email_address": "maddieb@example.com",
        "first_name": "Maddie",
        "last_name": "Brown",
        "device_type": "mobile",
        "created_time": f"2026-04-25T11:{rng.randrange(10, 60)}:{rng.randrange(10, 60)}.000Z",
    }


def per_second(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return BATCH / statistics.median(seconds)


def main() -> None:
    rng = random.Random(7)
    contacts = orjson.loads(orjson.dumps([a_contact(rng) for _ in range(BATCH)]))
    opens = orjson.loads(orjson.dumps([an_open(rng) for _ in range(BATCH)]))
    of_contacts, of_opens = endpoint("contacts"), endpoint("email_opens")
    numbered = number_occurrences(of_opens, opens)
    sys.stdout.write(f"contacts to_arrow: {per_second(lambda: to_arrow(of_contacts, contacts)):,.0f}/s\n")
    sys.stdout.write(f"events to_arrow: {per_second(lambda: to_arrow(of_opens, numbered)):,.0f}/s\n")
    sys.stdout.write(
        f"events number_occurrences: {per_second(lambda: number_occurrences(of_opens, opens)):,.0f}/s\n"
    )


if __name__ == "__main__":
    main()
