"""What happened to the e-mails: totals, links, and the six feeds of single events.

Source: contract, definitions *TrackingActivitiesPage, EmailLinks, BulkEmailCampaignSummariesPage and
both stats results; api_guide/email_reporting_overview.
Stats keys are spelled with underscores by the contract, with dots by the guide: both fill the same columns.
"""

from sources.constant_contact.catalogue.columns import Column, Table, bigint, date, double, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

_FEED = "/reports/email_reports/{campaign_activity_id}/tracking"
_DEVICE = text(
    "device_type", "kind of device: computer, mobile, tablet or other; null where it was not captured"
)
_CAMPAIGN_ID = text("campaign_id", "id of the campaign")
_ACTIVITY_ID = text("campaign_activity_id", "the e-mail it belongs to")
_REFRESHED = timestamp("last_refresh_time", "when the provider last computed these totals, UTC")


def _counted(name: str, what: str) -> Column:
    return bigint(name, f"{what}, as the API counts them")


def _feed(name: str, *, grain: str, stat: str, extra: tuple[Column, ...] = ()) -> Endpoint:
    url = (text("url_id", "id of the clicked link within the e-mail"),) if name == "clicks" else ()
    key = (
        _ACTIVITY_ID,
        text("contact_id", "the contact it was sent to"),
        timestamp("created_time", "when it happened, UTC"),
        *url,
        bigint(
            "occurrence", "1, 2, 3 ... for events equal in all other key columns: true repeats", added=True
        ),
    )
    return Endpoint(
        path=f"{_FEED}/{name}",
        rows_key="tracking_activities",
        page_size=500,
        paged=True,
        scope="campaign_data",
        privilege="ui:campaign:metrics",
        reads="feed",
        needs=("email_campaign_activities",),
        stat=stat,
        table=Table(
            name=f"email_{name}",
            grain=f"one row per {grain}",
            key=tuple(column.name for column in key),
            columns=(
                *key,
                text("tracking_activity_type", "kind of event, in the API's own word, such as em_opens"),
                text("email_address", "the contact's address at the time of the event"),
                text("first_name", "the contact's first name"),
                text("last_name", "the contact's last name"),
                *extra,
                date("deleted_at", "day the contact was deleted; null while it is there"),
            ),
        ),
    )


EMAIL_SENDS = _feed("sends", grain="e-mail sent to a contact", stat="em_sends")
EMAIL_OPENS = _feed("opens", grain="opening, repeated ones included", stat="em_opens_all", extra=(_DEVICE,))
EMAIL_CLICKS = _feed(
    "clicks",
    grain="click, repeated ones included",
    stat="em_clicks_all",
    extra=(text("link_url", "address of the clicked link"), _DEVICE),
)
EMAIL_FORWARDS = _feed("forwards", grain="forwarding", stat="em_forwards")
EMAIL_OPTOUTS = _feed(
    "optouts",
    grain="opt-out",
    stat="em_optouts",
    extra=(text("opt_out_reason", "reason for opting out, in the contact's own words"),),
)
EMAIL_BOUNCES = _feed(
    "bounces",
    grain="bounce",
    stat="em_bounces",
    extra=(
        text(
            "bounce_code",
            "B no such address, D undeliverable, F mailbox full, S suspended, V auto-reply, X other, Z blocked",
        ),
        text("current_email_address", "the contact's address today"),
    ),
)

EMAIL_LINKS = Endpoint(
    path="/reports/email_reports/{campaign_activity_id}/links",
    params=(("no_clicks", "true"),),  # by default, links that nobody clicked are left out
    rows_key="link_click_counts",
    scope="campaign_data",
    privilege="ui:campaign:metrics",
    reads="per_activity",
    needs=("email_campaign_activities",),
    table=Table(
        name="email_links",
        grain="one row per campaign activity and link",
        key=("campaign_activity_id", "url_id"),
        columns=(
            text("campaign_activity_id", "the e-mail that holds the link", added=True),
            text("url_id", "id of the link within the e-mail"),
            text("link_url", "address of the link, as written in the e-mail"),
            text("link_tag", "the sender's own label of the link, where set"),
            _counted("unique_clicks", "recipients who clicked the link"),
            text("list_action", "what a click does to the list in list_id, such as add"),
            text("list_id", "list that a click changes, as list_action says"),
        ),
    ),
)

EMAIL_CAMPAIGN_SUMMARIES = Endpoint(
    path="/reports/summary_reports/email_campaign_summaries",
    rows_key="bulk_email_campaign_summaries",
    page_size=500,
    paged=True,
    scope="campaign_data",
    privilege="ui:campaign:metrics",
    reads="summaries",
    table=Table(
        name="email_campaign_summaries",
        grain="one row per sent campaign",
        key=("campaign_id",),
        newest=("last_sent_date",),
        columns=(
            _CAMPAIGN_ID,
            text("campaign_type", "kind of e-mail"),
            timestamp("last_sent_date", "when it was last sent, UTC"),
            *(
                _counted(f"unique_counts__{name}", f"recipients {what}")
                for name, what in (
                    ("sends", "the e-mail was sent to"),
                    ("opens", "who opened it"),
                    ("clicks", "who clicked in it"),
                    ("forwards", "who forwarded it"),
                    ("optouts", "who opted out through it"),
                    ("abuse", "who reported it as spam"),
                    ("bounces", "whose mail bounced"),
                    ("not_opened", "who got it and did not open it"),
                )
            ),
        ),
    ),
)

_DEVICES = ("computer", "mobile", "tablet", "other", "none")
_TOTALS = (
    _counted("stats__em_sends", "recipients the e-mail was sent to"),
    _counted("stats__em_opens", "recipients who opened it"),
    _counted("stats__em_opens_all", "all opens, repeated ones included"),
    *(
        _counted(f"stats__em_opens_all_{device}", f"all opens on device kind `{device}`")
        for device in _DEVICES
    ),
    _counted("stats__em_clicks", "recipients who clicked in it"),
    _counted("stats__em_clicks_all", "all clicks, repeated ones included"),
    *(
        _counted(f"stats__em_clicks_all_{device}", f"all clicks on device kind `{device}`")
        for device in _DEVICES
    ),
    _counted("stats__em_forwards", "recipients who forwarded it"),
    _counted("stats__em_optouts", "recipients who opted out through it"),
    _counted("stats__em_bounces", "recipients whose mail bounced"),
    _counted("stats__em_not_opened", "recipients with neither an open nor a bounce, never below 0"),
)
_BOUNCES = tuple(
    _counted(f"stats__em_bounces_{kind}", f"recipients whose mail bounced as `{kind}`")
    for kind in (
        "blocked",
        "mailbox_full",
        "nonexistent_address",
        "other",
        "suspended",
        "undeliverable",
        "vacation",
    )
)
_PERCENTS = tuple(
    double(f"percents__{name}", f"the API's own `{name}` percentage, 0-100")
    for name in (
        "open",
        "click",
        "bounce",
        "unsubscribe",
        "did_not_open",
        "desktop_open",
        "desktop_click",
        "mobile_open",
        "mobile_click",
    )
)

EMAIL_CAMPAIGN_STATS = Endpoint(
    path="/reports/stats/email_campaigns/{campaign_ids}",
    rows_key="results",
    scope="campaign_data",
    privilege="ui:campaign:metrics",
    reads="stats",
    # the contract's maximum of 150 may mean ids or characters: start here and take smaller parts when refused
    batch=150,
    needs=("email_campaigns",),
    table=Table(
        name="email_campaign_stats",
        grain="one row per campaign and time of its totals: a history",
        key=("campaign_id", "last_refresh_time"),
        columns=(_CAMPAIGN_ID, _REFRESHED, *_TOTALS, *_PERCENTS),
    ),
)

EMAIL_CAMPAIGN_ACTIVITY_STATS = Endpoint(
    path="/reports/stats/email_campaign_activities/{campaign_activity_ids}",
    rows_key="results",
    scope="campaign_data",
    privilege="ui:campaign:metrics",
    reads="stats",
    batch=10,
    needs=("email_campaign_activities",),
    table=Table(
        name="email_campaign_activity_stats",
        grain="one row per campaign activity and time of its totals: a history",
        key=("campaign_activity_id", "last_refresh_time"),
        columns=(
            _ACTIVITY_ID,
            _REFRESHED,
            _CAMPAIGN_ID,
            *_TOTALS,
            _counted("stats__em_abuse", "spam complaints"),
            *_BOUNCES,
        ),
    ),
)

FEEDS = (EMAIL_SENDS, EMAIL_OPENS, EMAIL_CLICKS, EMAIL_FORWARDS, EMAIL_OPTOUTS, EMAIL_BOUNCES)
ENDPOINTS = (
    EMAIL_CAMPAIGN_SUMMARIES,
    EMAIL_CAMPAIGN_STATS,
    EMAIL_CAMPAIGN_ACTIVITY_STATS,
    EMAIL_LINKS,
    *FEEDS,
)
