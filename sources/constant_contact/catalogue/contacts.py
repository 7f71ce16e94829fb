"""Contacts with every sub-resource, and the lists, tags, fields and segments they are sorted by.

Source: contract, definitions ContactResource, ContactListArray, Tags, CustomFields, SegmentsDTO and
SegmentDetail; api_guide/contacts_delete, api_guide/contacts_sync.
`include=sms_channel` is named by the guide alone. A provider that refuses unknown values would refuse the
whole reading of contacts for it, so it stands in `optional_include` and not in the fixed parameters.
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import (
    Table,
    bigint,
    child,
    date,
    flag,
    json,
    text,
    timestamp,
)
from sources.constant_contact.catalogue.endpoint import Endpoint, version_read

CONTACT_ID = text("contact_id", "id of the contact; stays when its address changes")
CUSTOM_FIELD_ID = text("custom_field_id", "id of the custom field")
CREATED = timestamp("created_at", "when it was created, UTC")
UPDATED = timestamp("updated_at", "when it was last changed, UTC")
CREATE_SOURCE = text("create_source", "who created it: Contact or Account")
UPDATE_SOURCE = text("update_source", "who changed it last: Contact or Account")

CONTACT_LISTS = Endpoint(
    path="/contact_lists",
    params=(("status", "all"), ("include_count", "true"), ("include_membership_count", "all")),
    rows_key="lists",
    page_size=500,  # declared with a maximum of 1000, described as "from 1 - 500"; an account has at most 1,000 lists
    paged=True,
    scope="contact_data",
    privilege="contacts:lists:read",
    reads="full",
    lookup_path="/contact_lists/{list_id}",
    lookup_params=(("include_membership_count", "all"),),
    kind="channel_type",
    kinds=(
        ("email", ()),  # what a request without channel_type lists
        ("sms", (("channel_type", "sms"), ("include_sms_membership_count", "true"))),
    ),
    soft_deletes=True,
    table=Table(
        name="contact_lists",
        grain="one row per contact list, deleted ones and SMS lists included",
        key=("list_id",),
        newest=("updated_at",),
        columns=(
            text("list_id", "id of the list"),
            text("name", "name of the list"),
            text("description", "the owner's description of the list"),
            text("channel_type", "what is sent to the list: email or sms", added=True),
            flag("favorite", "whether the owner marked it as a favourite"),
            bigint(
                "membership_count", "contacts on the list whatever their permission, as the API counts them"
            ),
            CREATED,
            UPDATED,
            timestamp("deleted_at", "when the list was deleted, UTC; null while it is there"),
        ),
    ),
)

CONTACT_TAGS = Endpoint(
    path="/contact_tags",
    params=(("include_count", "true"),),
    rows_key="tags",
    page_size=500,
    paged=True,
    scope="contact_data",
    privilege="contacts:read",
    reads="full",
    lookup_path="/contact_tags/{tag_id}",
    lookup_params=(("include_count", "true"),),
    soft_deletes=True,
    table=Table(
        name="contact_tags",
        grain="one row per tag",
        key=("tag_id",),
        newest=("updated_at",),
        columns=(
            text("tag_id", "id of the tag"),
            text("name", "name of the tag"),
            bigint("contacts_count", "contacts that carry the tag, as the API counts them"),
            text("tag_source", "where the tag comes from"),
            CREATED,
            UPDATED,
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

CUSTOM_FIELDS = Endpoint(
    path="/contact_custom_fields",
    rows_key="custom_fields",
    page_size=100,
    paged=True,
    scope="contact_data",
    privilege="contacts:read",
    reads="full",
    lookup_path="/contact_custom_fields/{custom_field_id}",
    soft_deletes=True,
    table=Table(
        name="custom_fields",
        grain="one row per custom field",
        key=("custom_field_id",),
        newest=("updated_at",),
        columns=(
            CUSTOM_FIELD_ID,
            text("label", "label, the name shown to people"),
            text("name", "unique name made from the label"),
            text(
                "type",
                "kind: string, date, datetime, number, currency, boolean, text_area, single_select or multi_select",
            ),
            bigint("version", "1: legacy field, values are plain text; 2: typed field"),
            text("metadata__display_type", "how a form shows the choices"),
            flag(
                "metadata__allow_negative",
                "number and currency fields: whether values below zero are allowed",
            ),
            bigint("metadata__decimal_places", "number and currency fields: digits after the point"),
            text("metadata__currency_code", "currency fields: ISO 4217 code"),
            flag("metadata__integer", "number fields: whether only whole numbers are allowed"),
            text("metadata__display_format", "date and datetime fields: how values are shown"),
            CREATED,
            UPDATED,
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
    children=(
        child(
            parent="custom_fields",
            parent_key=CUSTOM_FIELD_ID,
            property_="choices",
            grain="one row per custom field and choice",
            own_key=text(
                "choice_id", "id of the choice within its field; numbers and texts are seen, text here"
            ),
            columns=(
                text("choice_label", "label of the choice, shown to people"),
                bigint("display_order", "place among the field's choices"),
                CREATED,
                UPDATED,
                date("deleted_at", "day the choice was deleted; null while it is there"),
            ),
        ),
    ),
)

SEGMENTS = Endpoint(
    path="/segments",
    params=(("sort_by", "date"),),
    fallback_queries=(
        (("sort_by", "date"),),
        (),
    ),  # no maximum is declared, and the size of a page left out is 1000 as well
    rows_key="segments",
    page_size=1000,
    paged=True,
    scope="contact_data",
    privilege="contacts:lists:read",
    reads="edited",
    edited="edited_at",
    detail_columns=("segment_criteria",),
    detail_path="/segments/{segment_id}",
    soft_deletes=True,
    table=Table(
        name="segments",
        grain="one row per segment",
        key=("segment_id",),
        newest=("edited_at",),
        columns=(
            text("segment_id", "id of the segment; a number in the API, text here as all ids"),
            text("name", "name of the segment"),
            text("segment_criteria", "rules of the segment, a JSON document as text; only in the detail"),
            CREATED,
            timestamp("edited_at", "when name or rules were last changed, UTC"),
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

_CHILDREN = (
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="custom_fields",
        grain="one row per contact and custom field",
        own_key=CUSTOM_FIELD_ID,
        columns=(
            text("value", "the value as text, whatever the field's type"),
            json("choice_ids", "JSON array of the chosen choices' ids, for select fields"),
        ),
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="custom_fields__choices",
        from_=("custom_fields",),
        within=("choice_ids",),
        grain="one row per contact, custom field and chosen choice",
        member_key=CUSTOM_FIELD_ID,
        own_key=text("choice_id", "id of the choice within its field"),
        kind="values",
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="list_memberships",
        grain="one row per contact and list",
        own_key=text("list_id", "list the contact is on"),
        kind="values",
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="taggings",
        grain="one row per contact and tag",
        own_key=text("tag_id", "tag the contact carries"),
        kind="values",
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="phone_numbers",
        grain="one row per contact and phone number",
        own_key=text("phone_number_id", "id of the phone number"),
        columns=(
            text("phone_number", "the phone number as entered"),
            text("kind", "kind of number: home, work, mobile or other"),
            CREATED,
            UPDATED,
            CREATE_SOURCE,
            UPDATE_SOURCE,
        ),
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="street_addresses",
        grain="one row per contact and street address",
        own_key=text("street_address_id", "id of the street address"),
        columns=(
            text("kind", "kind of address: home, work or other"),
            text("street", "street and number"),
            text("city", "city"),
            text("state", "state or province"),
            text("postal_code", "post code"),
            text("country", "country as entered"),
            CREATED,
            UPDATED,
        ),
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="notes",
        grain="one row per contact and note",
        own_key=text("note_id", "id of the note"),
        columns=(CREATED, text("content", "text of the note")),
    ),
    child(
        parent="contacts",
        parent_key=CONTACT_ID,
        property_="sms_channel_consents",
        from_=("sms_channel", "sms_channel_consents"),
        grain="one row per contact and place in its list of SMS consents",
        own_key=bigint("position", "0-based place in the API's list, which gives consents no id", added=True),
        position=True,
        columns=(
            text("sms_consent_permission", "state of the SMS consent: the permission it gives"),
            text("consent_type", "what the consent is for, such as promotional_sms"),
            timestamp("opt_in_date", "when the contact opted in to SMS, UTC"),
            timestamp("opt_out_date", "when the contact opted out of SMS, UTC"),
            text("advertised_frequency", "how often messages were announced, per interval"),
            text("advertised_interval", "interval that the announced frequency refers to"),
            CREATED,
            UPDATED,
        ),
    ),
)

CONTACTS = Endpoint(
    path="/contacts",
    params=(
        ("status", "all"),
        ("include", "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes"),
    ),
    rows_key="contacts",
    page_size=500,
    paged=True,
    scope="contact_data",
    privilege="contacts:read",
    reads="contacts",
    after="updated_after",
    before="updated_before",
    changed="updated_at",
    detail_path="/contacts/{contact_id}",
    optional_include=("sms_channel",),
    table=Table(
        name="contacts",
        grain="one row per contact, deleted ones included",
        key=("contact_id",),
        newest=("updated_at", "email_address__updated_at"),
        columns=(
            CONTACT_ID,
            text("email_address__address", "current e-mail address; null for contacts known by SMS only"),
            text(
                "email_address__permission_to_send",
                "consent to be mailed: explicit, implicit, not_set, pending_confirmation, temp_hold or unsubscribed",
            ),
            timestamp("email_address__created_at", "when the address was added, UTC"),
            timestamp(
                "email_address__updated_at",
                "last change of the address or of its permission, UTC; moves without updated_at",
            ),
            text("email_address__opt_in_source", "who opted the contact in: Contact or Account"),
            timestamp("email_address__opt_in_date", "when permission was given, UTC"),
            text("email_address__opt_out_source", "who opted the contact out: Contact or Account"),
            timestamp(
                "email_address__opt_out_date", "when permission ended, UTC; may be set by a deletion too"
            ),
            text("email_address__opt_out_reason", "reason for opting out, in the contact's own words"),
            text("email_address__confirm_status", "state of the confirmed opt-in: pending, confirmed or off"),
            text("first_name", "first name"),
            text("last_name", "last name"),
            text("job_title", "job title"),
            text("company_name", "company"),
            bigint("birthday_month", "month of birth, 1-12"),
            bigint("birthday_day", "day of birth within the month, 1-31"),
            text("anniversary", "anniversary as entered; eight layouts are allowed, so it stays text"),
            text("create_source", "who created the contact: Contact or Account"),
            text("update_source", "who changed the contact last: Contact or Account"),
            CREATED,
            timestamp("updated_at", "last change of the contact, UTC; a changed permission does not move it"),
            date("deleted_at", "day of the deletion; null while the contact is there"),
            text("sms_channel__sms_channel_id", "id of the SMS channel"),
            text("sms_channel__sms_address", "mobile number of the SMS channel, without the dial code"),
            text("sms_channel__dial_code", "international dial code of the SMS channel"),
            text("sms_channel__country_code", "ISO 3166 country of the SMS channel's number"),
            text("sms_channel__create_source", "who created the SMS channel: Contact or Account"),
            text("sms_channel__update_source", "who changed the SMS channel last: Contact or Account"),
        ),
    ),
    children=_CHILDREN,
)

SEGMENT_MEMBERS = Endpoint(
    path="/contacts",
    rows_key="contacts",
    page_size=500,
    paged=True,
    scope="contact_data",
    privilege="contacts:read",
    reads="segment_members",
    opt_in=True,
    keys_only=True,
    needs=("segments",),
    detail_of="segments",
    version=("edited_at",),
    most=20,
    table=Table(
        name="segment_members",
        grain="one row per segment, contact and reading of the segment",
        key=("segment_id", "contact_id", "read_on"),
        columns=(
            text("segment_id", "id of the segment", added=True),
            text("contact_id", "id of a contact who was in it"),
            timestamp(
                "read_on",
                "start of the run that read the segment, UTC; its members are those with the latest",
                added=True,
            ),
            version_read("segment", "edited_at"),
        ),
    ),
)

ENDPOINTS = (CONTACT_LISTS, CONTACT_TAGS, CUSTOM_FIELDS, SEGMENTS, CONTACTS, SEGMENT_MEMBERS)
