"""What people do on landing pages: one feed of every opening, five that keep the latest of each contact.

Nothing in the API lists landing pages, so their ids come from the setting `landing_page_ids`, and from the activity of
contacts where that is loaded.
Source: contract, definitions P*TrackingActivity.
"""

from sources.constant_contact.catalogue.columns import Column, Table, bigint, date, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

_PAGE = text("campaign_activity_id", "the landing page, by its campaign activity")
_CONTACT = text("contact_id", "the contact who did it")
_TIME = timestamp("created_time", "when it happened, UTC")
_OCCURRENCE = bigint(
    "occurrence", "1, 2, 3 ... for events equal in all other key columns: true repeats", added=True
)
_URL = text("url_id", "id of the clicked link within the page")
_DEVICE = text("device_type", "kind of device: computer, mobile, tablet or other")


def _feed(
    path: str,
    name: str,
    grain: str,
    *,
    key: tuple[Column, ...],
    extra: tuple[Column, ...] = (),
) -> Endpoint:
    others = () if _TIME in key else (_TIME,)
    return Endpoint(
        path=f"/reports/landing_pages/campaign_details/{{campaign_activity_id}}/{path}",
        rows_key="tracking_activities",
        page_size=500,
        paged=True,
        scope="campaign_data",
        privilege="ui:campaign:metrics",
        reads="landing_page",
        opt_in=True,
        table=Table(
            name=f"landing_page_{name}",
            grain=f"one row per {grain}",
            key=tuple(column.name for column in key),
            newest=("created_time",),
            columns=(
                *key,
                *others,
                text("tracking_activity_type", "kind of event, in the API's own word"),
                text("email_address", "the contact's address"),
                text("first_name", "the contact's first name"),
                text("last_name", "the contact's last name"),
                *extra,
                text("sms_channel__country_code", "country of the contact's SMS number"),
                text("sms_channel__state", "state of the contact's SMS number, as one letter"),
                text("sms_channel__formatted_international", "SMS number as one writes it abroad"),
                text("sms_channel__formatted_national", "SMS number as one writes it in its country"),
                date("deleted_at", "day the contact was deleted; null while it is there"),
            ),
        ),
    )


LANDING_PAGE_OPENS = _feed(
    "p_contact_opens",
    "opens",
    "opening of a landing page, repeated ones included",
    key=(_PAGE, _CONTACT, _TIME, _OCCURRENCE),
    extra=(_DEVICE,),
)
_OF_EACH = (_PAGE, _CONTACT)
ENDPOINTS = (
    LANDING_PAGE_OPENS,
    _feed(
        "p_unique_contact_opens",
        "unique_opens",
        "landing page and contact who opened it: the latest time",
        key=_OF_EACH,
        extra=(_DEVICE,),
    ),
    _feed(
        "p_unique_contact_clicks",
        "clicks",
        "landing page, contact and clicked link: the latest time",
        key=(*_OF_EACH, _URL),
        extra=(text("link_url", "address of the link"), _DEVICE),
    ),
    _feed(
        "p_unique_contact_adds",
        "adds",
        "landing page and contact whom it added: the latest time",
        key=_OF_EACH,
    ),
    _feed(
        "p_unique_contact_updates",
        "updates",
        "landing page and contact who changed something on it: the latest time",
        key=_OF_EACH,
    ),
    _feed(
        "p_unique_contact_sms_optins",
        "sms_optins",
        "landing page and contact who allowed SMS on it: the latest time",
        key=_OF_EACH,
    ),
)
