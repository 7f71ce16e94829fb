"""What a partner sees of the accounts that it manages: behind a login of its own, never with that of an account.

Source: contract, definitions PartnerAccount, PlanTiersObject and WebhooksSubscriptionCollection (security: a token of
the partner's and an x-api-key).
"""

from sources.constant_contact.catalogue.columns import Table, bigint, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint, version_read

PARTNER_ACCOUNTS = Endpoint(
    path="/partner/accounts",
    rows_key="site_owner_list",
    page_size=50,
    paged=True,
    scope="partner",
    privilege=None,
    opt_in=True,
    login="partner",
    reads="full",
    soft_deletes=True,
    table=Table(
        name="partner_accounts",
        grain="one row per account of the partner",
        key=("encoded_account_id",),
        columns=(
            text("encoded_account_id", "id of the account"),
            text("organization_name", "name of the client's organization"),
            text("site_owner_name", "user name of the account's owner"),
            text("billing_status", "Trial, Open, Canceled or Trial End"),
            bigint("subscriber_count", "contacts in the account"),
            timestamp("last_login_date", "when somebody last logged in to the account, UTC"),
            timestamp("deleted_at", "when a complete reading no longer found it, UTC", added=True),
        ),
    ),
)

PARTNER_PLANS = Endpoint(
    path="/partner/accounts/{encoded_account_id}/plan",
    shape="object",
    scope="partner",
    privilege=None,
    opt_in=True,
    login="partner",
    reads="detail",
    needs=("partner_accounts",),
    detail_of="partner_accounts",
    version=("billing_status", "subscriber_count", "last_login_date"),
    table=Table(
        name="partner_plans",
        grain="one row per account of the partner, with its plan",
        key=("encoded_account_id",),
        columns=(
            text("encoded_account_id", "id of the account", added=True),
            text("plan_type", "name of the plan"),
            text("billing_status", "Trial, Open, Canceled or Trial End"),
            bigint("billing_day_of_month", "day of the month on which it is billed"),
            json("current_tiers", "JSON array: for each kind of usage the tier, its bounds, usage and price"),
            version_read("account", "billing_status, subscriber_count and last_login_date"),
        ),
    ),
)

PARTNER_WEBHOOKS = Endpoint(
    path="/partner/webhooks/subscriptions",
    shape="array",
    scope="partner",
    privilege=None,
    opt_in=True,
    login="partner",
    reads="full",
    soft_deletes=True,
    table=Table(
        name="partner_webhooks",
        grain="one row per topic that the partner is told of",
        key=("topic_id",),
        columns=(
            text("topic_id", "id of the topic, 1-4, all of them on billing"),
            text("topic_name", "name of the topic"),
            text("topic_description", "when it is told"),
            text("hook_uri", "address that is called"),
            timestamp("deleted_at", "when a complete reading no longer found it, UTC", added=True),
        ),
    ),
)

ENDPOINTS = (PARTNER_ACCOUNTS, PARTNER_PLANS, PARTNER_WEBHOOKS)
