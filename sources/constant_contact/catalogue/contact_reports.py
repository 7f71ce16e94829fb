"""What single contacts did, a request or more per contact: activity, sums by e-mail, average rates, SMS consents.

Most of it can be had from the events of e-mails without a request; only what happens on landing pages is in here alone.
Source: contract, definitions ContactTrackingActivity, CampaignActivitySummary, ContactOpenAndClickRates.
"""

from sources.constant_contact.catalogue.columns import Column, Table, bigint, double, text, timestamp
from sources.constant_contact.catalogue.endpoint import (
    CONTACT_REPORT,
    KNOWN_EVENTS,
    KNOWN_UNTIL,
    Endpoint,
    version_read,
)

MAX_CONTACTS = 500
"""In one run, of each report."""
_CONTACT = text("contact_id", "id of the contact")
_GIVEN = text("contact_id", "id of the contact", added=True)
_KNOWN = (
    timestamp(
        KNOWN_UNTIL,
        "latest event of the contact that was known when it was read, UTC; null: none",
        added=True,
    ),
    bigint(KNOWN_EVENTS, "events of the contact that were loaded by the end of that run", added=True),
)
_KINDS = (
    "em_sends,em_opens,em_clicks,em_bounces,em_optouts,em_forwards,"
    "p_contact_open,p_contact_click,p_contact_add,p_contact_update"
)


def _report(
    path: str,
    table: Table,
    *,
    rows_key: str | None = None,
    params: tuple[tuple[str, str], ...] = (),
    page_size: int | None = None,
    is_of_time: bool = True,
) -> Endpoint:
    return Endpoint(
        path=f"/reports/contact_reports/{{contact_id}}/{path}",
        params=params,
        shape="rows" if rows_key else "object",
        rows_key=rows_key,
        page_size=page_size,
        paged=bool(rows_key),
        scope="contact_data",
        privilege="ui:campaign:metrics",
        reads=CONTACT_REPORT,
        after="start" if is_of_time else None,
        before="end" if is_of_time else None,
        opt_in=True,
        needs=("contacts",),
        most=MAX_CONTACTS,
        table=table,
    )


def _count(name: str, words: str) -> Column:
    return bigint(name, f"{words}, as the API counts them")


CONTACTS_SMS_ENGAGEMENT_HISTORY = Endpoint(
    path="/contacts/sms_engagement_history/{contact_id}",
    shape="array",
    scope="contact_data",
    privilege="contacts:read",
    reads="sms_history",
    opt_in=True,
    needs=("contacts",),
    most=200,
    table=Table(
        name="contacts_sms_engagement_history",
        grain="one row per contact and step of its SMS channel's history",
        key=("contact_id", "sms_channel_history_id"),
        columns=(
            _CONTACT,
            text("sms_channel_history_id", "id of the step"),
            text("sms_channel_id", "id of the SMS channel"),
            timestamp("insert_time", "when the step was recorded, UTC"),
            text("history_details__state", "state of the consent as one letter, such as O for opted out"),
            text("history_details__source", "who did it: A account, C contact or S system"),
            text("history_details__consent_type", "what the consent is for, such as promotional_sms"),
            timestamp("history_details__consent_action_time", "when the consent was given or withdrawn, UTC"),
            text("history_details__consent_action_type", "what was done: opt_in or opt_out"),
            text(
                "history_details__consent_medium_type",
                "how it was done: MD mobile device, LF form, CD carrier, FI file, SY system",
            ),
            text(
                "history_details__source_consent_timestamp", "when the source says so, in the API's own text"
            ),
            text("history_details__source_sms_number", "mobile number that the consent is about"),
            bigint("history_details__advertised_frequency", "messages announced per interval"),
            text("history_details__advertised_interval", "interval of the announced messages, as one letter"),
            version_read("contact", "a digest of SMS channel and consents"),
        ),
    ),
)

ENDPOINTS = (
    _report(
        "activity_details",
        Table(
            name="contact_activity",
            grain="one row per thing that a contact did or was sent, repeated ones included",
            key=(
                "contact_id",
                "campaign_activity_id",
                "tracking_activity_type",
                "created_time",
                "occurrence",
            ),
            columns=(
                _CONTACT,
                text("campaign_activity_id", "the e-mail or landing page"),
                text(
                    "tracking_activity_type",
                    "em_sends, em_opens and the like of e-mails, p_* of landing pages",
                ),
                timestamp("created_time", "when it happened, UTC"),
                bigint(
                    "occurrence",
                    "1, 2, 3 ... for rows equal in all other key columns: true repeats",
                    added=True,
                ),
                text("campaign_activity_name", "name of the e-mail or landing page"),
                *_KNOWN,
            ),
        ),
        rows_key="tracking_activities",
        params=(("tracking_activities_list", _KINDS),),
        page_size=100,
        is_of_time=False,
    ),
    _report(
        "activity_summary",
        Table(
            name="contact_activity_summary",
            grain="one row per contact and e-mail, of the latest 200 e-mails of five years",
            key=("contact_id", "campaign_activity_id"),
            columns=(
                _GIVEN,
                text("campaign_activity_id", "the e-mail"),
                timestamp("start_on", "when it was last sent to the contact, UTC"),
                _count("em_sends", "times it was sent to the contact"),
                _count("em_opens", "times the contact opened it"),
                _count("em_clicks", "times the contact clicked a link in it"),
                _count("em_bounces", "times it bounced"),
                _count("em_forwards", "times the contact forwarded it"),
                _count("em_unsubscribes", "times the contact opted out by it"),
                *_KNOWN,
            ),
        ),
        rows_key="campaign_activities",
    ),
    _report(
        "open_and_click_rates",
        Table(
            name="contact_rates",
            grain="one row per contact",
            key=("contact_id",),
            columns=(
                _CONTACT,
                _count("included_activities_count", "e-mails of five years that the rates are about"),
                double("average_open_rate", "share of these e-mails that the contact opened, 0-1"),
                double("average_click_rate", "share of these e-mails in which the contact clicked, 0-1"),
                *_KNOWN,
            ),
        ),
    ),
    CONTACTS_SMS_ENGAGEMENT_HISTORY,
)
