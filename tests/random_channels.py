"""What moves the channels besides people and mails in a random day: see `random_life`, whose days draw these too.

What nothing in the API shows is left out: a registration that changes a week after its event, a ticket that is checked
in more than a day before it, a mail renamed after contacts got it (reports of contacts name the mail), a page that
nobody named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact_sandbox.bulk_jobs import STATES

if TYPE_CHECKING:
    from random_life import Change, Day

    from sources.constant_contact_sandbox.events import Event

DAY_S = 86_400


def _some(day: Day, rows: list[Any]) -> Any:
    return day.random.choice(rows) if rows else None


def _name(day: Day) -> str:
    return f"Name {day.random.randrange(10**6)}"


def segment_created(day: Day) -> None:
    if len(day.sandbox.segments) < 10:
        day.sandbox.create_segment(_name(day))


def segment_edited(day: Day) -> None:
    day.sandbox.edit_segment(day.random.randrange(len(day.sandbox.segments)), name=_name(day))


def segment_deleted(day: Day) -> None:
    if len(day.sandbox.segments) > 2:
        day.sandbox.delete_segment(day.random.randrange(len(day.sandbox.segments)))


def automation_created(day: Day) -> None:
    status = day.random.choice(("ACTIVE", "DRAFT"))
    day.sandbox.extras.automations.add(_name(day), "", status=status, goal="GOAL", at=day.sandbox.stamp)


def automation_edited(day: Day) -> None:
    family = day.sandbox.extras.automations
    if family.rows:
        k = day.random.randrange(len(family.rows))
        status = day.random.choice(("ACTIVE", "DRAFT"))
        family.edit(k, at=day.sandbox.stamp, name=_name(day), status=status)


def automation_deleted(day: Day) -> None:
    family = day.sandbox.extras.automations
    if len(family.rows) > 1:
        family.remove(day.random.randrange(len(family.rows)))


def sms_sent(day: Day) -> None:
    day.sandbox.extras.sms.send(at=day.sandbox.stamp)


def sms_counts_moved(day: Day) -> None:
    sent = [one for one in day.sandbox.extras.sms.campaigns if one.sent_at > day.sandbox.stamp - 28 * DAY_S]
    if one := _some(day, sent):
        one.counts["clicks"] += 1 + day.random.randrange(3)


def sms_list_created(day: Day) -> None:
    day.sandbox.extras.sms.add_list(_name(day), at=day.sandbox.stamp)


def sms_list_edited(day: Day) -> None:
    lists = day.sandbox.extras.sms.lists
    there = [k for k, row in enumerate(lists) if "deleted_at" not in row]
    if there:
        day.sandbox.extras.sms.edit_list(day.random.choice(there), at=day.sandbox.stamp, name=_name(day))


def sms_list_deleted(day: Day) -> None:
    lists = day.sandbox.extras.sms.lists
    there = [k for k, row in enumerate(lists) if "deleted_at" not in row]
    if len(there) > 1:
        day.sandbox.extras.sms.delete_list(day.random.choice(there), at=day.sandbox.stamp)


def consent_moved(day: Day) -> None:
    """Of a contact with an SMS channel: given, or withdrawn."""
    if (i := day.contact()) is None:
        return
    channel = day.sandbox.contacts.row(i).get("sms_channel")
    if channel is not None:
        (consent,) = channel["sms_channel_consents"]
        at = day.sandbox.contacts.row(i)["created_at"]
        withdrawn = {"sms_consent_permission": "unsubscribed", "opt_out_date": at}
        given = {k: v for k, v in consent.items() if k != "opt_out_date"}
        given |= {"sms_consent_permission": "explicit"}
        after = given if "opt_out_date" in consent else consent | withdrawn
        day.sandbox.change_contact(i, sms_channel=channel | {"sms_channel_consents": [after]})


def event_created(day: Day) -> None:
    at = day.sandbox.stamp
    status = day.random.choice(("ACTIVE", "ACTIVE", "DRAFT"))
    day.sandbox.extras.events.create(at=at, starts_at=at + day.random.randrange(1, 12) * DAY_S, status=status)


def _event(day: Day, *states: str) -> Event | None:
    found = [one for one in day.sandbox.extras.events.listed if one.status in states]
    chosen: Event | None = _some(day, found)
    return chosen


def event_edited(day: Day) -> None:
    if one := _event(day, "ACTIVE", "DRAFT", "COMPLETE"):
        one.edit(day.sandbox.stamp, name=_name(day))


def event_edited_inside(day: Day) -> None:
    """What only the row by id shows."""
    if one := _event(day, "ACTIVE", "DRAFT"):
        one.edit(day.sandbox.stamp, capacity=day.random.randrange(10, 10_000))


def event_ended(day: Day) -> None:
    if len(day.sandbox.extras.events.listed) > 3 and (one := _event(day, "ACTIVE", "DRAFT")):
        one.end(day.random.choice(("CANCELLED", "DELETED")), day.sandbox.stamp)


def event_purged(day: Day) -> None:
    if len(day.sandbox.extras.events.listed) > 3 and (one := _event(day, "COMPLETE", "CANCELLED", "DRAFT")):
        day.sandbox.extras.events.purge(one)


def registered(day: Day) -> None:
    if one := _event(day, "ACTIVE"):
        for _ in range(day.random.randrange(1, 4)):
            contact = day.random.randrange(len(day.sandbox.contacts))
            day.sandbox.extras.events.register(one, at=day.sandbox.stamp, contact=contact)


def _young(day: Day, *, from_: int = 0) -> list[Any]:
    """(event, registration) that may still move: of events that ended less than a week ago."""
    return [
        (one, registration)
        for one in day.sandbox.extras.events.listed
        if one.ends_at > day.sandbox.stamp - 6 * DAY_S
        and (not from_ or one.starts_at - from_ < day.sandbox.stamp)
        for registration in one.registrations
    ]


def registration_paid(day: Day) -> None:
    """Paid or given back; a free one is confirmed or given back, which moves the tickets sold."""
    if found := _some(day, _young(day)):
        event, one = found
        if event.price:
            one.payment, one.status = day.random.choice((("PAID", "REGISTERED"), ("REFUNDED", "CANCELED")))
        else:
            one.status = "CANCELED" if one.counts else "REGISTERED"


def checked_in(day: Day) -> None:
    found = [one for event, one in _young(day, from_=DAY_S) if event.status in ("ACTIVE", "COMPLETE")]
    if one := _some(day, found):
        one.checked_in = [day.sandbox.stamp] if not one.checked_in else []


def page_visited(day: Day) -> None:
    family = day.sandbox.extras.landing_pages
    if page := _some(day, family.pages):
        at = day.sandbox.stamp - day.random.choice((60, 3600, DAY_S * 5))
        family.visit(page, day.random.getrandbits(60), at=at)


def page_created(day: Day) -> None:
    day.sandbox.extras.landing_pages.add(_name(day))


def hashtags_added(day: Day) -> None:
    day.sandbox.extras.social.add_group(_name(day))


def hashtags_edited(day: Day) -> None:
    family = day.sandbox.extras.social
    family.edit_group(day.random.randrange(len(family.groups)), hashtag_names=[f"#{_name(day)[5:]}"])


def hashtags_deleted(day: Day) -> None:
    groups = day.sandbox.extras.social.groups
    if len(groups) > 2:
        groups.pop(day.random.randrange(len(groups)))


def connection_moved(day: Day) -> None:
    family = day.sandbox.extras.social
    k = day.random.randrange(len(family.connections))
    family.set_token(k, valid=not family.connections[k]["connection_status"]["token_is_valid"])


def network_left(day: Day) -> None:
    family = day.sandbox.extras.social
    if len(family.profiles) > 1:
        k = day.random.randrange(len(family.profiles))
        family.profiles.pop(k)
        family.connections.pop(k)


def job_added(day: Day) -> None:
    ends_as = day.random.choice(STATES[1:])
    csv = day.random.choice((None, None, "Email address\n"))
    day.sandbox.extras.bulk_jobs.add(at=day.sandbox.stamp, ends_as=ends_as, csv=csv)


def mail_sent_again(day: Day) -> None:
    sent = [k for k, row in enumerate(day.sandbox.campaigns.rows) if row.reported]
    if sent:
        lists = tuple(k for k, row in enumerate(day.sandbox.lists[:4]) if "deleted_at" not in row)
        day.sandbox.create_contact(lists=lists)
        day.sandbox.send_again(day.random.choice(sent))


def mail_resent(day: Day) -> None:
    """To those who did not open it, within ten days."""
    sandbox = day.sandbox
    young = [
        row
        for row in sandbox.campaigns.rows
        if row.reported and len(row.activities) == 1 and row.primary.sent_at > sandbox.stamp - 9 * DAY_S
    ]
    if one := _some(day, young):
        sandbox.campaigns.resend(one, sandbox.stamp, sandbox.stamp)
        sandbox.contacts.generation += 1


def mail_scheduled(day: Day) -> None:
    day.sandbox.create_campaign(status="Scheduled")


def schedule_given_up(day: Day) -> None:
    planned = [row for row in day.sandbox.campaigns.rows if row.status == "Scheduled"]
    if one := _some(day, planned):
        one.status, one.updated_at = "Draft", day.sandbox.stamp


CHANNEL_CHANGES: tuple[Change, ...] = (
    segment_created,
    segment_edited,
    segment_deleted,
    automation_created,
    automation_edited,
    automation_deleted,
    sms_sent,
    sms_counts_moved,
    sms_list_created,
    sms_list_edited,
    sms_list_deleted,
    consent_moved,
    event_created,
    event_edited,
    event_edited_inside,
    event_ended,
    event_purged,
    registered,
    registration_paid,
    checked_in,
    page_visited,
    page_created,
    hashtags_added,
    hashtags_edited,
    hashtags_deleted,
    connection_moved,
    network_left,
    job_added,
    mail_sent_again,
    mail_resent,
    mail_scheduled,
    schedule_given_up,
)
