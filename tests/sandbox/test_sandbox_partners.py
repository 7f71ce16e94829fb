"""A partner's login, its accounts, plans and webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest


@pytest.fixture
def reader(open_sandbox):
    return open_sandbox(contacts=3, campaigns=0, clock_runs=False)


def test_accounts_plans_and_webhooks_are_the_truth(reader):
    """All of them, page by page and by id, at first and after two weeks."""
    for days in (0, 14):
        reader.sandbox.advance(days)
        accounts = reader.rows("/partner/accounts", "site_owner_list", limit=10)
        assert accounts == list(reader.sandbox.truth("partner_accounts"))
        ids = [row["encoded_account_id"] for row in accounts]
        plans = [{"encoded_account_id": one} | reader.json(f"/partner/accounts/{one}/plan") for one in ids]
        assert plans == list(reader.sandbox.truth("partner_plans"))
        webhooks = reader.json("/partner/webhooks/subscriptions")
        assert webhooks == list(reader.sandbox.truth("partner_webhooks"))
        each = [reader.json(f"/partner/webhooks/subscriptions/{row['topic_id']}") for row in webhooks]
        assert each == webhooks
    assert reader.get("/partner/accounts/none/plan").status_code == 404


def test_a_limit_out_of_range_is_ignored_and_kinds_of_accounts_add_up(reader):
    """Fewer than 10 or more than 50 a page are not possible; managed and unmanaged together are all."""
    first = reader.json("/partner/accounts", limit=3)
    assert len(first["site_owner_list"]) == 23
    kinds = [
        {
            row["encoded_account_id"]
            for row in reader.rows("/partner/accounts", "site_owner_list", account_type=kind)
        }
        for kind in ("managed", "unmanaged", "all")
    ]
    assert kinds[0] | kinds[1] == kinds[2]
    assert kinds[0] & kinds[1] == set()
    assert reader.get("/partner/accounts", account_type="mine").status_code == 400


def test_each_token_opens_its_own_doors(reader):
    """An ordinary token is refused by partner paths, a partner's by the others; the key must be right too."""
    base, key = reader.server.base_url, reader.server.partner[2]
    partner, ordinary = reader.partner_token(), reader.server.access_token

    def status(path: str, token: str, key: str = key) -> int:
        headers = {"Authorization": f"Bearer {token}", "x-api-key": key}
        return int(reader.http.get(base + path, headers=headers).status_code)

    assert status("/partner/accounts", partner) == 200
    assert status("/partner/accounts", ordinary) == 401
    assert status("/partner/accounts", partner, "wrong") == 403
    assert status("/contacts", partner) == 401
    assert status("/account/user/privileges", partner) == 401
    reader.sandbox.move_clock(timedelta(seconds=3601))
    assert status("/partner/accounts", partner) == 401


def test_the_token_endpoint_takes_client_credentials_only(reader):
    """A wrong secret, another grant, another scope and a body that is no form are refused."""
    url, (client_id, secret, _) = reader.server.partner_token_url, reader.server.partner
    form = {"grant_type": "client_credentials", "scope": "v3api/general.partner"}
    answers = (
        reader.http.post(url, data=form, auth=(client_id, "wrong")),
        reader.http.post(url, data=form | {"grant_type": "refresh_token"}, auth=(client_id, secret)),
        reader.http.post(url, data=form | {"scope": "contact_data"}, auth=(client_id, secret)),
        reader.http.post(url, json=form, auth=(client_id, secret)),
    )
    assert [answer.status_code for answer in answers] == [401, 400, 400, 415]
