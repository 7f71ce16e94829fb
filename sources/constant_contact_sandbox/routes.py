"""From a path and a query to a reply: which endpoint answers, and what it requires. No I/O.

Scopes, privileges and parameters are in ROUTES. Source: contract, paths of the same names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from . import channel_endpoints as channels
from . import contact_endpoints as contacts
from . import event_endpoints as events
from . import export_endpoints as exports
from . import mail_endpoints as mail
from . import partner_endpoints as partners
from . import people_endpoints as people
from .envelopes import collection
from .faults import FORBIDDEN, NO_SCOPE, Reply, error
from .landing_pages import FEEDS
from .mail_parts import PARTS
from .matching import FILTERS
from .paging import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .envelopes import Query
    from .sandbox import Sandbox


BAD_REQUEST = "http.status.bad_request"


@dataclass(frozen=True, slots=True)
class Route:
    """`scope` and `privilege` "" = none needed; `parameters`: those that the contract names."""

    pattern: re.Pattern[str]
    scope: str
    privilege: str
    parameters: frozenset[str]
    answer: Callable[..., Reply]


def _route(path: str, scope: str, privilege: str, parameters: str, answer: Callable[..., Reply]) -> Route:
    pattern = re.sub(r"\{(\w+)\}", r"([^/]+)", path)
    return Route(re.compile(pattern), scope, privilege, frozenset(parameters.split()), answer)


def _listing(path: str, scope: str, privilege: str, *, table: str, largest: int = 500) -> Route:
    """Pages of all rows of a table of `truth`, which stand under its name; there are no filters."""
    return _route(
        path, scope, privilege, "limit", partial(collection, table=table, path=path, largest=largest)
    )


_FEEDS = "sends|opens|unique_opens|didnotopens|clicks|forwards|optouts|bounces"
_PARTS = "|".join(PARTS)
_REPORTS = "/reports/email_reports"
_SUMMARIES = "/reports/summary_reports"
_LIST_PARAMETERS = (
    "limit include_count include_membership_count name status channel_type include_sms_membership_count"
)
_PAGES = f"/reports/landing_pages/campaign_details/{{id}}/({'|'.join(FEEDS)})"
_CONTACT = "/reports/contact_reports/{id}"
_OF_CONTACT = ("contact_data", "ui:campaign:metrics")
_DETAILS = "tracking_activities_list tracking_activity_type include_campaign_activity_names limit"
_REGISTRATIONS = "/events/{event_id}/tracks/{track_id}/registrations"
_SORTED = "search_text sort_by sort_order limit prev"
_PATH_FILTERS = "channel sort_direction created_from goals name"
_REPORT = ("campaign_data", "ui:campaign:metrics")
_MAIL = ("campaign_data", "campaign:read")
_PEOPLE = ("contact_data", "contacts:read")
_LISTS = ("contact_data", "contacts:lists:read")
_SELF = ("account_read", "account:read")
_JOBS = ("contact_data", "contacts:write")
_AUTOMATIONS = ("campaign_data", "customer-journey:read")
ROUTES = (
    _route("/account/summary", *_SELF, "extra_fields", people.summary),
    _route("/account/summary/physical_address", *_SELF, "", people.physical_address),
    _route("/account/emails", *_SELF, "confirm_status role_code email_address", people.emails_of_account),
    _route("/account/user/privileges", "", "", "", people.privileges),
    _route("/contacts", *_PEOPLE, " ".join((*FILTERS, "include", "include_count", "limit")), people.contacts),
    _route("/contacts/counts", *_PEOPLE, "include", people.contact_counts),
    _route("/contacts/contact_id_xrefs", *_PEOPLE, "sequence_ids", contacts.contact_xrefs),
    _route("/contact_lists/list_id_xrefs", *_LISTS, "sequence_ids", contacts.list_xrefs),
    _route("/emails/campaign_id_xrefs", *_MAIL, "v2_email_campaign_ids", contacts.campaign_xrefs),
    _route("/contacts/sms_engagement_history/{id}", *_PEOPLE, "", channels.sms_history),
    _route("/contacts/{id}", *_PEOPLE, "include", people.contact),
    _route("/contact_lists", *_LISTS, _LIST_PARAMETERS, people.contact_lists),
    _route("/contact_lists/{id}", *_LISTS, "include_membership_count", people.contact_list),
    _route("/contact_tags", *_PEOPLE, "limit include_count", people.contact_tags),
    _route("/contact_tags/{id}", *_PEOPLE, "include_count", people.contact_tag),
    _listing("/contact_custom_fields", *_PEOPLE, table="custom_fields", largest=100),
    _route("/contact_custom_fields/{id}", *_PEOPLE, "", people.custom_field),
    _route("/segments", *_LISTS, "limit sort_by", people.segments),
    _route("/segments/{id}", *_LISTS, "", people.segment),
    _route("/emails", *_MAIL, "limit after_date before_date", mail.campaigns),
    _route("/emails/{id}", *_MAIL, "", mail.campaign),
    _route("/emails/activities/{id}", *_MAIL, "include", mail.activity),
    _route(f"/emails/activities/{{id}}/({_PARTS})", *_MAIL, "", mail.activity_part),
    _route(f"{_REPORTS}/{{id}}/tracking/({_FEEDS})", *_REPORT, "limit url_id bounce_code", mail.tracking),
    _route("/reports/email_reports/{id}/links", *_REPORT, "no_clicks", mail.links),
    _route(f"{_SUMMARIES}/email_campaign_summaries", *_REPORT, "limit", mail.campaign_summaries),
    _route("/reports/stats/email_campaigns/{ids}", *_REPORT, "", mail.campaign_stats),
    _route("/reports/stats/email_campaign_activities/{ids}", *_REPORT, "", mail.activity_stats),
    _route(f"{_SUMMARIES}/sms_campaign_summaries", *_REPORT, "limit start_at end_at", channels.sms_campaign_summaries),
    _route("/activities", *_JOBS, "limit state", channels.bulk_jobs),
    _route("/activities/{id}", *_JOBS, "", exports.bulk_job),
    _route("/contact_exports/{id}", *_JOBS, "", exports.export_file),
    _route("/partner/accounts", "", "", "offset limit account_type", partners.accounts),
    _route("/partner/accounts/{id}/plan", "", "", "", partners.plan),
    _route("/partner/webhooks/subscriptions", "", "", "", partners.webhooks),
    _route("/partner/webhooks/subscriptions/{id}", "", "", "", partners.webhook),
    _route("/automations/workflows", *_AUTOMATIONS, _PATH_FILTERS, channels.automations),
    _route("/automations/workflows/{id}", *_AUTOMATIONS, "", channels.automation),
    _route("/social/profiles", *_MAIL, "include", channels.social_profiles),
    _route("/social/connections", *_MAIL, "", channels.social_connections),
    _route("/social/hashtags/groups", *_MAIL, "limit page", channels.hashtag_groups),
    _route("/events", *_MAIL, f"event_status {_SORTED}", events.events),
    _route("/events/{id}", *_MAIL, "include", events.event),
    _route(_REGISTRATIONS, *_MAIL, f"registration_status payment_status page_size {_SORTED}", events.registrations),
    _route(f"{_REGISTRATIONS}/{{id}}", *_MAIL, "", events.registration),
    _route(_PAGES, *_REPORT, "limit contacts_filter", contacts.landing_page_feed),
    _route(f"{_CONTACT}/activity_details", *_OF_CONTACT, _DETAILS, contacts.activity_details),
    _route(f"{_CONTACT}/activity_summary", *_OF_CONTACT, "start end", contacts.activity_summary),
    _route(f"{_CONTACT}/open_and_click_rates", *_OF_CONTACT, "start end", contacts.open_and_click_rates),
)  # fmt: skip


def answer(sandbox: Sandbox, path: str, query: Query, scopes: tuple[str, ...]) -> Reply:
    """The reply to an authorised GET of `path` (without /v3)."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is None:
            continue
        if route.scope and route.scope not in scopes:
            return NO_SCOPE
        if route.privilege and route.privilege not in sandbox.switches.privileges:
            return FORBIDDEN
        unknown = query.keys() - route.parameters - {"cursor", "next"}
        if unknown and sandbox.switches.unknown_parameters == "refuse":
            return error(400, BAD_REQUEST, f"Unknown query parameter: {', '.join(sorted(unknown))}.")
        try:
            return route.answer(sandbox, query, *match.groups())
        except (BadRequestError, ValueError) as wrong:
            return error(400, BAD_REQUEST, str(wrong))
    return error(403, "http.status.forbidden", f"There is no V3 resource at {path}.")


def order(sandbox: Sandbox, path: str, body: bytes, scopes: tuple[str, ...]) -> Reply:
    """The reply to an authorised POST: a contact export can be ordered, and nothing else be written."""
    if path != "/activities/contact_exports":
        return error(405, "http.status.method_not_allowed", "The sandbox only reads.")
    scope, privilege = _JOBS
    if scope not in scopes:
        return NO_SCOPE
    if privilege not in sandbox.switches.privileges:
        return FORBIDDEN
    try:
        return exports.order_export(sandbox, body)
    except (BadRequestError, ValueError) as wrong:
        return error(400, BAD_REQUEST, str(wrong))
