"""The account itself: its profile, sender addresses and what the authorised user may do.

Source: contract, definitions Customer, AccountEmails, UserPrivilegesResource.
"""

from sources.constant_contact.catalogue.columns import Table, bigint, child, date, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

VANISHED = "when a complete reading first missed it, UTC; null while it is there"

ACCOUNT = Endpoint(
    path="/account/summary",
    params=(("extra_fields", "physical_address,company_logo"),),
    shape="object",
    scope="account_read",
    privilege="account:read",
    reads="full",
    table=Table(
        name="account",
        grain="one row per account",
        key=("encoded_account_id",),
        columns=(
            text("encoded_account_id", "the provider's public id of the account"),
            text("encoded_partner_id", "the partner that manages the account, if any"),
            text("organization_name", "name of the organisation"),
            text("organization_phone", "telephone number of the organisation"),
            text("contact_email", "e-mail address of the account's owner"),
            text("contact_phone", "telephone number of the account's owner"),
            text("first_name", "the owner's first name"),
            text("last_name", "the owner's last name"),
            text("website", "the organisation's web site"),
            text("country_code", "ISO 3166 country, two letters"),
            text("state_code", "state or province, two letters, for US and Canada"),
            text("time_zone_id", "IANA time zone of the account's user interface"),
            text("physical_address__address_line1", "postal address, line 1"),
            text("physical_address__address_line2", "postal address, line 2"),
            text("physical_address__address_line3", "postal address, line 3"),
            text("physical_address__city", "postal address, city"),
            text("physical_address__state_code", "postal address, state code in US and Canada"),
            text("physical_address__state_name", "postal address, state name outside US and Canada"),
            text("physical_address__postal_code", "postal address, post code"),
            text("physical_address__country_code", "postal address, ISO 3166 country"),
            text("company_logo__url", "where the logo's file is kept by the provider"),
            text("company_logo__external_url", "where the logo's file is kept elsewhere"),
            text("company_logo__internal_id", "the provider's id of the logo"),
        ),
    ),
)

_EMAIL_ID = text("email_id", "id of the sender address; a number in the API, text here as all ids")
ACCOUNT_EMAILS = Endpoint(
    path="/account/emails",
    shape="array",
    scope="account_read",
    privilege="account:read",
    reads="full",
    soft_deletes=True,
    children=(
        child(
            parent="account_emails",
            parent_key=_EMAIL_ID,
            property_="roles",
            grain="one row per sender address and use of it",
            own_key=text(
                "role", "what the address is used for: CONTACT, BILLING, JOURNALING, REPLY_TO, OTHER"
            ),
            kind="values",
        ),
    ),
    table=Table(
        name="account_emails",
        grain="one row per sender address of the account",
        key=("email_id",),
        columns=(
            _EMAIL_ID,
            text("email_address", "the sender address"),
            text("confirm_status", "whether the address is confirmed: CONFIRMED or UNCONFIRMED"),
            timestamp("confirm_time", "when the address was confirmed, UTC"),
            text("confirm_source_type", "who confirmed it: SITE_OWNER, SUPPORT, FORCEVERIFY or PARTNER"),
            json("roles", "what the address is used for: JSON array of its roles"),
            json("pending_roles", "uses that wait for confirmation: JSON array of the roles it gets then"),
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

ACCOUNT_PRIVILEGES = Endpoint(
    path="/account/user/privileges",
    shape="array",
    scope=None,
    privilege=None,
    reads="full",
    soft_deletes=True,
    table=Table(
        name="account_privileges",
        grain="one row per privilege of the authorised user",
        key=("privilege_id",),
        columns=(
            text("privilege_id", "id of the privilege; a number in the API, text here as all ids"),
            text("privilege_name", "name of the privilege: what it allows, as area:action"),
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

CONTACT_COUNTS = Endpoint(
    path="/contacts/counts",
    params=(("include", "new_subscriber"),),
    fallback_queries=(
        (("include", "new_subscribers"),),
        (),
    ),  # the contract declares the one and describes the other
    shape="object",
    scope="contact_data",
    privilege="contacts:read",
    reads="snapshot",
    table=Table(
        name="contact_counts",
        grain="one row per UTC day",
        key=("counted_on",),
        columns=(
            date("counted_on", "UTC day of the reading; a later reading on that day replaces it", added=True),
            bigint("total", "all contacts the account holds, as the API counts them"),
            bigint("explicit", "contacts with explicit permission"),
            bigint("implicit", "contacts with implied permission"),
            bigint("pending", "contacts whose confirmation is outstanding"),
            bigint("unsubscribed", "contacts that opted out"),
            bigint("new_subscriber", "contacts that the API counts as newly subscribed"),
        ),
    ),
)

ENDPOINTS = (ACCOUNT, ACCOUNT_EMAILS, ACCOUNT_PRIVILEGES, CONTACT_COUNTS)
