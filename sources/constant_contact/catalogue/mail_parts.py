"""What hangs on one e-mail beside its reports: schedules, sends, planned resends, an A/B test, previews.

Source: contract, definitions EmailScheduleResponse, EmailSendHistory, ResendToNonOpeners, ABTestData and
EmailCampaignActivityPreview; https://developer.constantcontact.com/api_guide/email_campaigns_overview.html
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import Column, Table, bigint, child, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint, Shape, version_read

MAILS = "email_campaign_activities"
_ID = text("campaign_activity_id", "id of the activity", added=True)
_GONE = timestamp("deleted_at", VANISHED, added=True)


def _part(
    path: str,
    name: str,
    grain: str,
    columns: tuple[Column, ...],
    *,
    own_key: tuple[str, ...] = (),
    version: str = "status and time of change",
    shape: Shape = "array",
    opt_in: bool = False,
    may_be_none: bool = False,
    children: tuple[Table, ...] = (),
) -> Endpoint:
    """A part that is asked for by the e-mail's id; with `deleted_at` among its columns, what vanishes is marked."""
    return Endpoint(
        path=f"/emails/activities/{{campaign_activity_id}}/{path}",
        shape=shape,
        scope="campaign_data",
        privilege="campaign:read",
        reads="mail_part",
        needs=(MAILS,),
        detail_of=MAILS,
        version=("campaign_activity_id",),
        opt_in=opt_in,
        may_be_none=may_be_none,
        soft_deletes=_GONE in columns,
        children=children,
        table=Table(
            name=name,
            grain=grain,
            key=("campaign_activity_id", *own_key),
            columns=(_ID, *columns, version_read("campaign", version)),
        ),
    )


_SEND_ID = text("send_id", "number of the send within the activity, from 1")
EMAIL_SEND_HISTORY = _part(
    "send_history",
    "email_send_history",
    "one row per campaign activity and send",
    (
        _SEND_ID,
        json("contact_list_ids", "JSON array of the lists it was sent to"),
        json("segment_ids", "JSON array of the segments it was sent to"),
        bigint("count", "contacts it was sent to"),
        timestamp("run_date", "when it was sent, UTC"),
        text("send_status", "COMPLETED or ERRORED"),
        bigint("reason_code", "why it failed, 0 where it did not; the numbers are the provider's"),
    ),
    own_key=("send_id",),
    children=tuple(
        child(
            parent="email_send_history",
            parent_key=(_ID, _SEND_ID),
            property_=name,
            grain=f"one row per campaign activity, send and {what} it was sent to",
            own_key=text(key, f"id of the {what}"),
            from_=(property_,),
            kind="values",
        )
        for name, what, key, property_ in (
            ("contact_lists", "list", "list_id", "contact_list_ids"),
            ("segments", "segment", "segment_id", "segment_ids"),
        )
    ),
    version="sends, as the API counts them,",
)
EMAIL_SCHEDULES = _part(
    "schedules",
    "email_schedules",
    "one row per scheduled campaign activity and time",
    (timestamp("scheduled_date", "when it is to be sent, UTC"), _GONE),
    own_key=("scheduled_date",),
)
EMAIL_NON_OPENER_RESENDS = _part(
    "non_opener_resends",
    "email_non_opener_resends",
    "one row per campaign activity and resend to those who did not open it",
    (
        text("resend_request_id", "id of the resend; DRAFT until it is scheduled"),
        text("resend_subject", "subject line of the resend"),
        text("resend_status", "status of the resend, once it is scheduled or sent"),
        bigint("delay_days", "days after the first send; null where minutes are given"),
        bigint("delay_minutes", "minutes after the first send; null where days are given"),
        timestamp("resend_date", "when it was sent again, UTC; null before"),
        _GONE,
    ),
    own_key=("resend_request_id",),
)
EMAIL_ABTESTS = _part(
    "abtest",
    "email_abtests",
    "one row per campaign activity with an A/B test of its subject line",
    (
        text("alternative_subject", "subject line B; A is the e-mail's own"),
        bigint("test_size", "percentage of the contacts who get the test, 5 to 50"),
        bigint("winner_wait_duration", "hours until the winner is sent to the others: 6, 12, 24 or 48"),
        _GONE,
    ),
    shape="object",
    may_be_none=True,
)
EMAIL_PREVIEWS = _part(
    "previews",
    "email_previews",
    "one row per campaign activity, as it is shown to a reader",
    (
        text("subject", "subject line"),
        text("preheader", "preview line shown after the subject"),
        text("from_name", "sender's name"),
        text("from_email", "sender's address"),
        text("reply_to_email", "address for replies"),
        text("preview_html_content", "the whole HTML, for every editor"),
        text("preview_text_content", "the plain text"),
    ),
    shape="object",
    opt_in=True,
)

ENDPOINTS = (EMAIL_SEND_HISTORY, EMAIL_SCHEDULES, EMAIL_NON_OPENER_RESENDS, EMAIL_ABTESTS, EMAIL_PREVIEWS)
