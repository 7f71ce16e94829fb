"""A partner's accounts with their plans, and its webhooks, behind a login of the partner's own.

Knows no HTTP: a grant returns (status, body). Source: contract, PartnerAccount, PlanTiersObject,
WebhooksSubscriptionCollection; api_guide, partner authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import people, seeds
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .nights import Night

Row = dict[str, Any]
SCOPE = "v3api/general.partner"
TOKEN_S = 3600
FIRST_ACCOUNTS = 23
TOPICS = (
    ("Billing Tier Upgrade", "Executes when an account's billing tier is upgraded."),
    ("Billing Tier Downgrade", "Executes when an account's billing tier is downgraded."),
    ("Account Cancelled", "Executes when an account is cancelled."),
    ("Trial Ended", "Executes when the trial of an account ends."),
)
STATUSES = ("Open", "Open", "Open", "Trial", "Canceled", "Trial End")


class Partners:
    """`accounts` and `webhooks` as the API serves them; `managed` holds the ids of managed accounts."""

    def __init__(self, seed: int, now: int, *, bare: bool) -> None:
        self.seed = seed
        self.client_id = f"{seeds.word(seed, 'partner'):016x}"
        self.client_secret = f"P4rt{seeds.word(seed, 'partner', 'secret'):016x}"
        self.api_key = f"k{seeds.word(seed, 'partner', 'key'):016x}"
        self.tokens: dict[str, float] = {}
        self.accounts: list[Row] = []
        self.managed: set[str] = set()
        for k in range(0 if bare else FIRST_ACCOUNTS):
            self.add_account(at=now - (k + 1) * DAY_S)
        topics = () if bare else enumerate(TOPICS, 1)
        self.webhooks: list[Row] = [self._webhook(number, *topic) for number, topic in topics]

    @staticmethod
    def _webhook(number: int, name: str, description: str) -> Row:
        uri = f"https://hooks.harborlight.example/{number}"
        return {"topic_id": number, "hook_uri": uri, "topic_name": name, "topic_description": description}

    def add_account(self, *, at: int) -> Row:
        k = len(self.accounts)
        number = seeds.word(self.seed, "partner_account", k)
        row: Row = {
            "encoded_account_id": f"a{number:016x}"[:13],
            "subscriber_count": number % 5000,
            "organization_name": f"{people.COMPANIES[number % len(people.COMPANIES)][0]} {k + 1}",
            "site_owner_name": f"owner{number % 10**6}",
            "billing_status": STATUSES[number % len(STATUSES)],
            "last_login_date": seeds.stamp_ms(at),
        }
        self.accounts.append(row)
        if number >> 20 & 1:
            self.managed.add(row["encoded_account_id"])
        return row

    def edit_account(self, k: int, **fields: Any) -> None:
        self.accounts[k] = self.accounts[k] | fields

    def plan(self, row: Row) -> Row:
        """The plan of an account: its tier follows the number of its subscribers."""
        number = seeds.word(self.seed, "plan", row["encoded_account_id"])
        tier = 1 + row["subscriber_count"] // 500
        contacts: Row = {
            "usage_type": "CONTACTS",
            "current_usage": float(row["subscriber_count"]),
            "tier": tier,
            "tier_min": 500.0 * (tier - 1),
            "tier_max": 500.0 * tier,
            "price": 20.0 + 12.5 * tier,
            "currency_code": "USD",
        }
        return {
            "plan_type": ("LITE", "STANDARD", "PREMIUM", "GOLD")[number & 3],
            "current_tiers": [contacts, contacts | {"usage_type": "EMAIL_SENDS", "price": 0.0}],
            "billing_status": row["billing_status"],
            "billing_day_of_month": 1 + number % 28,
        }

    def grant(self, form: dict[str, str], basic: tuple[str, str] | None, now: float) -> tuple[int, Row]:
        """One call of the partner's token endpoint."""
        if basic != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client", "error_description": "No client credentials found."}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type", "error_description": "Use client_credentials."}
        if form.get("scope", SCOPE) != SCOPE:
            return 400, {"error": "invalid_scope", "error_description": f"The scope is {SCOPE}."}
        token = f"eyJpartner{seeds.word(self.seed, 'partner_token', len(self.tokens)):016x}"
        self.tokens[token] = now + TOKEN_S
        return 200, {"access_token": token, "expires_in": TOKEN_S, "token_type": "Bearer", "scope": SCOPE}

    def accepts(self, token: str, now: float) -> bool:
        return now < self.tokens.get(token, 0.0)

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        return {
            "partner_accounts": lambda: self.accounts,
            "partner_plans": lambda: (
                {"encoded_account_id": row["encoded_account_id"]} | self.plan(row) for row in self.accounts
            ),
            "partner_webhooks": lambda: self.webhooks,
        }

    def live(self, night: Night) -> None:
        """Subscribers come and go, accounts log in, are opened and cancelled; a webhook moves."""
        for k, row in enumerate(self.accounts):
            number = night.roll("partner", k)
            if number & 3 == 0:
                count = max(0, row["subscriber_count"] + number % 41 - 20)
                at = seeds.stamp_ms(night.moment(number >> 8))
                self.edit_account(k, subscriber_count=count, last_login_date=at)
                night.done["partner_account_moved"] += 1
        if (number := night.happens("partner_account_cancelled", 9)) and self.accounts:
            self.edit_account(number % len(self.accounts), billing_status="Canceled")
        if number := night.happens("partner_account_created", 7):
            self.add_account(at=night.moment(number))
        if (number := night.happens("webhook_moved", 13)) and self.webhooks:
            k = number % len(self.webhooks)
            moved = {"hook_uri": f"https://hooks.harborlight.example/night/{night.number}"}
            self.webhooks[k] = self.webhooks[k] | moved
