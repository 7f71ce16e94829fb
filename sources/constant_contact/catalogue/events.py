"""Events of the account: what they are, and what is sold and promised with them.

Source: contract, definitions EventListingDto, EventDto and below. The row of the listing has the counts, the row by id
all else; the table has both. Arrays inside the members of a set stay JSON.
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import (
    Column,
    Table,
    bigint,
    child,
    double,
    flag,
    json,
    text,
    timestamp,
)
from sources.constant_contact.catalogue.endpoint import Endpoint, version_read

_TRACK = "default_track"
_ID = text("event_id", "id of the event")
_LABELS = json("status_labels", "labels of its status: JSON array of label and label_key")
_CREATED = timestamp("create_time", "when it was made, UTC")
_UPDATED = timestamp("last_update_time", "when it was last changed, UTC")
_DELETED = timestamp("deleted_time", "when it was deleted, UTC; null while it is there")

_ADDRESS = (
    text("address__address_type", "kind of address, such as EVENT"),
    text("address__location_name", "name of the place"),
    text("address__line1", "first line of the address"),
    text("address__line2", "second line of the address"),
    text("address__city", "city"),
    text("address__state", "state or province"),
    text("address__state_code", "code of the state or province"),
    text("address__postal_code", "postal code"),
    text("address__country", "country"),
    text("address__country_code", "code of the country"),
    double("address__latitude", "latitude in degrees"),
    double("address__longitude", "longitude in degrees"),
    timestamp("address__create_time", "when the address was made, UTC"),
    timestamp("address__last_update_time", "when the address was last changed, UTC"),
)
_CONTACT = (
    text("contact__name", "whom to ask"),
    text("contact__organization_name", "organization of whom to ask"),
    text("contact__email_address", "address for questions"),
    text("contact__from_email_address", "address that mails about the event come from"),
    text("contact__phone_number", "telephone number for questions"),
    timestamp("contact__create_time", "when the contact data was made, UTC"),
    timestamp("contact__last_update_time", "when the contact data was last changed, UTC"),
)
_MEETING = (
    text("online_meeting__provider_type", "who provides the online meeting, such as ZOOM"),
    text("online_meeting__label", "label of the online meeting"),
    text("online_meeting__url", "address of the online meeting"),
    text("online_meeting__instructions", "how to join the online meeting"),
    flag("online_meeting__enabled_flag", "whether the online meeting is on"),
    timestamp("online_meeting__create_time", "when the online meeting was made, UTC"),
    timestamp("online_meeting__last_update_time", "when the online meeting was last changed, UTC"),
)
_SETTINGS = (
    flag("event_metadata__paid_event", "whether anything of it costs money"),
    flag("event_metadata__items_enabled", "whether items are offered"),
    flag("event_metadata__promo_codes_enabled", "whether promo codes are taken"),
    flag("event_settings__event_requires_payments", "whether it takes payments"),
    flag("event_settings__payment_configured", "whether payments are set up"),
    flag("event_settings__online_payment_configured", "whether online payments are set up"),
    flag("event_settings__ticket_configured", "whether tickets are set up"),
    flag("event_settings__item_configured", "whether items are set up"),
    flag("event_settings__promo_code_configured", "whether promo codes are set up"),
    flag("display_contact_flag", "whether the page shows whom to ask"),
    flag("display_end_time_flag", "whether the page shows its end"),
    flag("display_on_calendar_flag", "whether the calendar shows it"),
    flag("display_time_zone_flag", "whether the page shows the time zone"),
    flag("notify_owner_on_reg", "whether the owner hears of each registration"),
)
_DEFAULT_TRACK = (
    text(f"{_TRACK}__track_id", "id of its track, which the registrations belong to"),
    text(f"{_TRACK}__campaign_activity_id", "campaign activity of the track"),
    text(f"{_TRACK}__conf_email_campaign_activity_id", "campaign activity of the mail of confirmation"),
    text(f"{_TRACK}__registration_type", "kind of registration, such as TICKET"),
    timestamp(f"{_TRACK}__registration_end_time", "until when one can register, UTC"),
    flag(f"{_TRACK}__reg_manually_closed_flag", "whether somebody closed registration before its end"),
    flag(f"{_TRACK}__restrict_to_single_ticket_flag", "whether each registrant gets one ticket only"),
    bigint(f"{_TRACK}__overall_ticket_capacity", "most tickets of all kinds together"),
    text(f"{_TRACK}__platform_fee_scope_type", "who pays the fee: OWNER or REGISTRANT"),
    text(f"{_TRACK}__items_header", "heading of the items"),
    text(f"{_TRACK}__tickets_header", "heading of the tickets"),
    timestamp(f"{_TRACK}__create_time", "when the track was made, UTC"),
    timestamp(f"{_TRACK}__last_update_time", "when the track was last changed, UTC"),
)
_METRICS = "event_registration_summary_metrics"
COUNTS = tuple(f"{_METRICS}__{name}" for name in ("registration_count", "ticket_sold", "item_sold"))
"""Columns that move when somebody registers or buys."""
_COLUMNS: tuple[Column, ...] = (
    _ID,
    text("campaign_id", "id of the event as a campaign"),
    text("name", "name of the event within the account"),
    text("title", "title of the event as people see it"),
    text("description", "description of the event"),
    text("status", "status of the event: ACTIVE, DRAFT, COMPLETE, CANCELLED, DELETED or ERROR"),
    text("event_type", "kind of event, such as FUNDRAISER"),
    text("event_code", "code of the event"),
    text("location_type", "where it takes place: PHYSICAL, VIRTUAL or HYBRID"),
    text("eso", "the provider's encoded number of the account"),
    timestamp("event_start", "when it begins, UTC"),
    timestamp("event_end", "when it ends, UTC"),
    timestamp("start_time", "when it begins, UTC, as the listing says it"),
    timestamp("end_time", "when it ends, UTC, as the listing says it"),
    text("time_zone", "time zone of the event, such as US/Eastern"),
    text("time_zone_abbreviation", "short name of the time zone"),
    text("time_zone_type", "short name of the time zone, as the listing says it"),
    text("currency_type", "currency of its prices"),
    bigint(COUNTS[0], "registrants of the event, as the API counts them"),
    bigint(COUNTS[1], "tickets sold, as the API counts them"),
    bigint(COUNTS[2], "items sold, as the API counts them"),
    text("registration_url", "page where one registers"),
    text("event_calendar_url", "address of the event for calendars"),
    text("event_widget_url", "address of the event for other pages"),
    json("failed_campaign_activities", "campaign activities that failed: JSON array of ids"),
    *_ADDRESS,
    *_CONTACT,
    *_MEETING,
    *_SETTINGS,
    *_DEFAULT_TRACK,
    _CREATED,
    timestamp("active_time", "when it was published, UTC"),
    timestamp("cancelled_time", "when it was cancelled, UTC"),
    _DELETED,
    _UPDATED,
    version_read("event", "digest of the row in the listing, with the number of the week,"),
    timestamp("deleted_at", VANISHED, added=True),
)

_ITEMS = child(
    parent="events",
    parent_key=_ID,
    property_="items",
    from_=(_TRACK, "items"),
    grain="one row per event and item on sale",
    own_key=text("item_id", "id of the item"),
    columns=(
        text("name", "name of the item"),
        text("description", "description of the item"),
        double("price", "price of one"),
        bigint("display_order", "place among the items"),
        bigint("quantity_total", "how many there are in all"),
        bigint("quantity_remaining", "how many are left"),
        bigint("quantity_sold", "how many are sold"),
        bigint("limit_per_order", "most in one order"),
        flag("show_remaining_flag", "whether the page shows how many are left"),
        flag("paused_flag", "whether the sale is paused"),
        flag("deletable_flag", "whether it can be deleted"),
        flag("hidden_flag", "whether it is hidden"),
        flag("time_limit_flag", "whether it is on sale for some time only"),
        timestamp("start_time", "when its sale begins, UTC"),
        timestamp("end_time", "when its sale ends, UTC"),
        text("media_internal_id", "id of its picture"),
        text("media_url", "address of its picture"),
        json("attributes", "its variants, such as sizes, with their quantities: JSON array of objects"),
        _LABELS,
        _CREATED,
        _UPDATED,
        _DELETED,
    ),
)
_PROMO_CODES = child(
    parent="events",
    parent_key=_ID,
    property_="promo_codes",
    from_=(_TRACK, "promo_codes"),
    grain="one row per event and promo code",
    own_key=text("id", "id of the promo code"),
    columns=(
        text("name", "the code that people type in"),
        text("description", "description of the promo code"),
        text("status", "status of the promo code, such as AVAILABLE"),
        text("discount_code_type", "kind of discount: PERCENT or AMOUNT"),
        text("discount_code_scope", "what it is taken from: TICKET or ORDER_TOTAL"),
        double("discount_amount", "discount as an amount of money"),
        bigint("discount_percent", "discount in percent, 0-100"),
        bigint("quantity_total", "how often it can be used in all"),
        bigint("quantity_available", "how often it can still be used"),
        bigint("quantity_used", "how often it was used"),
        flag("paused_flag", "whether it is paused"),
        flag("time_limit_flag", "whether it can be used for some time only"),
        timestamp("start_time", "from when on it can be used, UTC"),
        timestamp("end_time", "until when it can be used, UTC"),
        json("items", "items that it is for: JSON array of objects with item_id"),
        json("tickets", "tickets that it is for: JSON array of objects with ticket_id and ticket_type"),
        _LABELS,
        _DELETED,
    ),
)
_PLACE = bigint("position", "place in the array, from 0", added=True)
_MEDIA_ASSETS = child(
    parent="events",
    parent_key=_ID,
    property_="media_assets",
    from_=(_TRACK, "media_assets"),
    grain="one row per event and picture",
    own_key=_PLACE,
    position=True,
    columns=(
        text("internal_id", "id of the picture in the account"),
        text("external_id", "id of the picture elsewhere"),
        text("external_url", "address of the picture"),
        text("media_type", "what the picture is for, such as LOGO"),
        _CREATED,
        _UPDATED,
    ),
)
_PROMOTIONS = child(
    parent="events",
    parent_key=_ID,
    property_="promotions",
    from_=("event_promotions",),
    grain="one row per event and campaign activity that promotes it",
    own_key=_PLACE,
    position=True,
    columns=(
        text("campaign_activity_id", "campaign activity that promotes the event"),
        text("assoc_activity_sub_type", "kind of promotion, such as EMAIL_INVITATION"),
        text("document_id", "document of the promotion"),
        text("ext_id", "id of the promotion elsewhere"),
        flag("is_default", "whether it is the one that comes with the event", source=("default",)),
    ),
)

EVENTS = Endpoint(
    path="/events",
    rows_key="records",
    params=(("sort_by", "updated_time"), ("sort_order", "DESC")),
    page_size=100,
    paged=True,
    scope="campaign_data",
    privilege="campaign:read",
    reads="events",
    detail_path="/events/{event_id}",
    detail_params=(("include", "true"),),  # the settings come only with it
    soft_deletes=True,
    table=Table(
        name="events",
        grain="one row per event",
        key=("event_id",),
        newest=("last_update_time",),
        columns=_COLUMNS,
    ),
    children=(_ITEMS, _PROMO_CODES, _MEDIA_ASSETS, _PROMOTIONS),
)

ENDPOINTS = (EVENTS,)
