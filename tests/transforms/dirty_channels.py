"""What a dirty account has beside mails: events, landing pages, SMS and the rest, whose rows contradict each other."""

import random
from collections.abc import Iterator

from raw_inserts import insert, moment

CHANNEL_RULES = {
    "whoever came did not stay away": (
        "select registration_id from event_registrations where is_no_show and (is_attended or not is_registered)"
    ),
    "those who came and those who did not are all who registered": (
        "select event_id from events where no_shows is not null and registered is not null"
        " and attended + no_shows <> registered"
    ),
    "registrations of an event are those that are there": (
        "select event_id from events where registrations <> (select count(*) from event_registrations"
        " where event_registrations.event_id = events.event_id and not is_deleted)"
    ),
    "revenue of an event is what was paid": (
        "select event_id from events where abs(revenue - (select coalesce(sum(paid_amount), 0) from"
        " event_registrations where event_registrations.event_id = events.event_id and not is_deleted)) > 0.001"
    ),
    "every kind of visitor of a page is a part of its visitors": (
        "select landing_page_id from landing_pages where contacts_opened > visitors or contacts_clicked > visitors"
        " or contacts_added > visitors or contacts_updated > visitors"
    ),
    "channels have every campaign that was sent": (
        "select 1 from channel_months having sum(campaigns) <> (select count(*) from campaigns where is_sent)"
        " + (select count(*) from sms_campaigns where last_sent_at is not null)"
    ),
    "a mail has one first send at most": (
        "select campaign_activity_id from mail_sends where send_kind = 'first' group by 1 having count(*) > 1"
    ),
    "what was sent is not planned": (
        "select campaign_activity_id from planned_sends where resend_status = 'done'"
    ),
    "what runs is there": "select automation_id from automations where is_running and is_deleted",
    "a profile in trouble is not ready": (
        "select profile_id from social_profiles where is_ready = (trouble is not null)"
    ),
    "jobs take no share of more than all": "select activity_id from bulk_jobs where completed_share > 1",
    "no winner waits for longer than ten years": "select 1 from ab_tests where winner_wait_hours > 87600",
    "no resend waits for longer than ten years": "select 1 from planned_sends where delay_minutes > 5256000",
}
"""What must hold -> SQL whose rows break it."""
HUGE = 4 * 10**18
"""A number of the API that no engine can add to a time."""


def maybe(chance: random.Random, *values: object) -> object:
    return chance.choice((*values, None))


def count(chance: random.Random) -> int | None:
    return chance.choice((None, 0, 0, 1, 2, 9, -1))


def messages(account: str, chance: random.Random) -> Iterator[str]:
    for number in range(chance.randrange(3)):
        counts = ("sends", "delivers", "opens", "clicks", "optouts")
        yield insert(
            "sms_campaign_summaries", campaign_id=f"{account}s{number}", campaign_type=maybe(chance, "SMS"),
            last_sent_date=moment(chance), **{f"unique_counts__{name}": count(chance) for name in counts},
        )  # fmt: skip


def gatherings(account: str, chance: random.Random) -> Iterator[str]:
    """Events, and registrations of which some belong to none of them."""
    for number in range(chance.randrange(3)):
        event = f"{account}e{number}"
        yield insert(
            "events", event_id=event, name="E", status=maybe(chance, "COMPLETE", "ACTIVE", "DELETED", "new"),
            event_registration_summary_metrics__registration_count=count(chance), event_start=moment(chance),
            default_track__overall_ticket_capacity=count(chance), deleted_at=maybe(chance, moment(chance)),
        )  # fmt: skip
        for item in range(chance.randrange(3)):
            yield insert("events__items", event_id=event, item_id=str(item), quantity_sold=count(chance))
    for number in range(chance.randrange(8)):
        event, person = f"{account}e{chance.randrange(3)}", f"{account}c{chance.randrange(7)}"
        yield insert(
            "event_registrations", event_id=event, registration_id=str(number), registration_time=moment(chance),
            registration_status=maybe(chance, "REGISTERED", "REGISTERED", "registered", "PENDING", "CANCELED"),
            payment_status=maybe(chance, "PAID", "PENDING", "REFUNDED", "odd"), total=maybe(chance, 0, 10, 25),
            email_address=maybe(chance, f" {person.upper()}@{account}.example", "no-at-sign"),
            tickets=count(chance), checked_in_tickets=count(chance), new_contact=maybe(chance, "true", "false"),
            deleted_at=maybe(chance, None, None, moment(chance)),
        )  # fmt: skip
        if chance.random() < 0.3:
            yield insert(
                "event_registration_details", event_id=event, registration_id=str(number),
                contact_id=maybe(chance, person, "stranger"),
            )  # fmt: skip


def visits(account: str, chance: random.Random) -> Iterator[str]:
    """A feed of the latest has a contact once; of a visitor some feeds have rows and others none."""
    for feed in ("clicks", "adds", "updates"):
        for person in chance.sample(range(7), chance.randrange(4)):
            extra = {"url_id": "1"} if feed == "clicks" else {}
            yield insert(
                f"landing_page_{feed}", campaign_activity_id=f"{account}p", contact_id=f"{account}c{person}",
                created_time=moment(chance), **extra,
            )  # fmt: skip
    for number in range(chance.randrange(6)):
        yield insert(
            "landing_page_opens", campaign_activity_id=f"{account}p{maybe(chance, 'x') or ''}",
            contact_id=f"{account}c{chance.randrange(7)}", created_time=moment(chance, maybe=False), occurrence=number,
        )  # fmt: skip


def parts_of_mails(account: str, chance: random.Random) -> Iterator[str]:
    for number in range(4):  # the last one is the id of no mail
        activity = f"{account}a{number}"
        if chance.random() < 0.5:
            yield insert(
                "email_abtests", campaign_activity_id=activity, alternative_subject=maybe(chance, "B"),
                test_size=maybe(chance, 0, 20, 500), winner_wait_duration=maybe(chance, 6, 48, -6, HUGE),
            )  # fmt: skip
        for send in chance.sample(range(1, 13), chance.randrange(4)):
            yield insert(
                "email_send_history", campaign_activity_id=activity, send_id=send, count=count(chance),
                send_status=maybe(chance, "COMPLETED", "COMPLETED", "ERRORED"), run_date=moment(chance),
            )  # fmt: skip
        if chance.random() < 0.3:
            yield insert(
                "email_schedules", campaign_activity_id=activity, scheduled_date=moment(chance, maybe=False)
            )
        if chance.random() < 0.4:
            sent = moment(chance)
            yield insert(
                "email_non_opener_resends", campaign_activity_id=activity, resend_date=sent,
                resend_request_id=chance.choice(("DRAFT", "1")), resend_status="DONE" if sent else None,
                delay_days=maybe(chance, 1, 10, HUGE), delay_minutes=maybe(chance, 0, 90, -90, HUGE),
            )  # fmt: skip


def tools(account: str, chance: random.Random) -> Iterator[str]:
    for number in range(chance.randrange(3)):
        yield insert(
            "automations", id=f"{account}w{number}", status=maybe(chance, "ACTIVE", "active", "DRAFT"),
            promoted_date=moment(chance), update_date=moment(chance), deleted_at=maybe(chance, moment(chance)),
        )  # fmt: skip
        yield insert(
            "social_profiles", profile_id=f"{account}s{number}", account_info__network=maybe(chance, "F"),
            account_info__network_account_id=maybe(chance, f"{account}u"), connected=maybe(chance, "true", "false"),
            accessible=maybe(chance, "true", "false"), deleted_at=maybe(chance, moment(chance)),
        )  # fmt: skip
        yield insert(
            "bulk_activities", activity_id=f"{account}j{number}", state=maybe(chance, "completed", "FAILED", "odd"),
            status__items_total_count=count(chance), status__items_completed_count=count(chance),
            status__person_count=count(chance), status__error_count=count(chance), created_at=moment(chance),
            started_at=moment(chance), completed_at=moment(chance),
        )  # fmt: skip
    yield insert(
        "social_connections", account_info__network="F", account_info__network_account_id=f"{account}u",
        connection_status__token_is_valid=maybe(chance, "true", "false"),
        connection_status__token_has_scopes=maybe(chance, "true", "false"),
    )  # fmt: skip


def channels(account: str, chance: random.Random) -> Iterator[str]:
    for part in (messages, gatherings, visits, parts_of_mails, tools):
        yield from part(account, chance)
