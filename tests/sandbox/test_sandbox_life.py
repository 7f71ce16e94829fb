"""What the verbs and a night change, and what they leave alone."""

from __future__ import annotations

from sources.constant_contact_sandbox import Sandbox, Switches

START = "2026-01-05T03:00:00Z"
QUIET = {"start": START, "clock_runs": False}


def everything(sandbox: Sandbox) -> dict[str, list[dict[str, object]]]:
    return {table: list(sandbox.truth(table)) for table in sandbox.tables()}


def contact(sandbox: Sandbox, i: int) -> dict[str, object]:
    return list(sandbox.truth("contacts"))[i]


def test_same_seed_and_same_verbs_give_the_same_account():
    """Two sandboxes with the same arguments agree in every row, also after nights and verbs."""
    made = []
    for _ in range(2):
        sandbox = Sandbox(contacts=150, campaigns=5, seed=3, **QUIET)
        sandbox.advance(2)
        sandbox.unsubscribe(4)
        sandbox.create_contact(first_name="Ada")
        sandbox.advance(5)
        made.append(everything(sandbox))
    assert made[0] == made[1]
    assert made[0] != everything(Sandbox(contacts=150, campaigns=5, seed=4, **QUIET))


def test_more_contacts_do_not_change_the_first_ones():
    """Contact i is the same person however many contacts there are."""
    few, many = (Sandbox(contacts=n, campaigns=0, **QUIET) for n in (30, 90))
    assert list(few.truth("contacts")) == list(many.truth("contacts"))[:30]


def test_a_night_changes_the_account_within_its_day():
    """Every stamp lies before the clock, ids are unique, and in two months every kind of change happens."""
    sandbox = Sandbox(contacts=400, campaigns=8, switches=Switches(drift=True), **QUIET)
    done: set[str] = set()
    for _ in range(60):
        done |= {kind for kind, count in sandbox.advance(1).items() if count}
    expected = "changed unsubscribed moved tagged deleted revived created sent late drafted edited"
    assert set(expected.split()) <= done
    rows = list(sandbox.truth("contacts"))
    assert len({r["contact_id"] for r in rows}) == len(rows)
    now = sandbox.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert all(r["created_at"] <= r["updated_at"] <= now for r in rows)
    assert all(r["created_time"] <= now for r in sandbox.truth("email_opens"))
    assert any("engagement_score" in r for r in rows)


def test_unsubscribing_leaves_the_contacts_own_stamp():
    """An unsubscribe moves only email_address.updated_at and the opt-out fields, unless bumped."""
    sandbox = Sandbox(contacts=20, campaigns=0, **QUIET)
    before = [contact(sandbox, i) for i in (0, 1)]
    sandbox.unsubscribe(0)
    sandbox.unsubscribe(1, bump=True)
    after = [contact(sandbox, i) for i in (0, 1)]
    assert after[0]["updated_at"] == before[0]["updated_at"]
    assert after[1]["updated_at"] == START
    for row in after:
        email = row["email_address"]
        assert (email["permission_to_send"], email["opt_out_date"], email["updated_at"]) == (
            "unsubscribed",
            START,
            START,
        )


def test_an_optout_event_unsubscribes():
    """Who opts out in a campaign is unsubscribed from then on, and is counted there."""
    sandbox = Sandbox(contacts=60, campaigns=1, **QUIET)
    activity = sandbox.campaigns.rows[0].primary
    i = next(i for i in range(60) if sandbox.contacts.is_mailable(i))
    sandbox.add_event(activity, "optouts", i, detail=1)
    assert contact(sandbox, i)["email_address"]["permission_to_send"] == "unsubscribed"
    row = next(sandbox.truth("email_optouts"))
    assert (row["contact_id"], row["opt_out_reason"]) == (
        contact(sandbox, i)["contact_id"],
        "The content is not what I expected",
    )


def test_deleting_and_reviving():
    """A deleted contact keeps its record without lists, its tracking rows say so, and a revival clears it."""
    sandbox = Sandbox(contacts=60, campaigns=1, **QUIET)
    i = (sandbox.campaigns.rows[0].primary.events["sends"][0] >> 8) & 0xFFFFFF
    before = contact(sandbox, i)
    sandbox.delete_contact(i)
    gone = contact(sandbox, i)
    assert (gone["deleted_at"], gone["updated_at"], gone.get("list_memberships")) == (
        START[:10],
        before["updated_at"],
        None,
    )
    row = next(r for r in sandbox.truth("email_sends") if r["contact_id"] == gone["contact_id"])
    assert row["deleted_at"] == START[:10]
    sandbox.revive_contact(i, bump=True)
    back = contact(sandbox, i)
    assert ("deleted_at" in back, back["updated_at"], len(back["list_memberships"])) == (False, START, 1)


def test_lists_tags_and_fields_go_without_a_trace():
    """A removed list, tag or field leaves the contacts' memberships, and no contact's updated_at moves."""
    sandbox = Sandbox(contacts=200, campaigns=0, **QUIET)
    before = list(sandbox.truth("contacts"))
    list_id, tag_id = sandbox.lists[0]["list_id"], sandbox.tags[0]["tag_id"]
    field_id = sandbox.custom_fields.rows[1]["custom_field_id"]
    assert all(any(wanted in str(r) for r in before) for wanted in (list_id, tag_id, field_id))
    sandbox.delete_list(0)
    sandbox.delete_tag(0)
    sandbox.delete_custom_field(1)
    after = list(sandbox.truth("contacts"))
    assert not any(wanted in str(r) for r in after for wanted in (list_id, tag_id, field_id))
    assert [r["updated_at"] for r in before] == [r["updated_at"] for r in after]
    assert next(sandbox.truth("contact_lists"))["deleted_at"] == START
    assert tag_id not in str(list(sandbox.truth("contact_tags")))


def test_moves_and_tags_bump_by_switch():
    """List and tag changes move updated_at only with the switches, and the sets end as asked."""
    for bump in (False, True):
        sandbox = Sandbox(
            contacts=5, campaigns=0, switches=Switches(bump_lists=bump, bump_tags=bump), **QUIET
        )
        before = contact(sandbox, 2)["updated_at"]
        sandbox.move_between_lists(2, leave=tuple(range(9)), join=(3,))
        assert contact(sandbox, 2)["list_memberships"] == [sandbox.lists[3]["list_id"]]
        assert contact(sandbox, 2)["updated_at"] == (START if bump else before)
        sandbox.tag(3, 1)
        sandbox.untag(3, 1)
        assert (contact(sandbox, 3)["updated_at"] == START) is bump


def test_a_changed_contact_shows_its_new_fields_and_old_events_the_old_address():
    """Events before a change of address keep the address and name of their time."""
    sandbox = Sandbox(contacts=60, campaigns=1, **QUIET)
    activity = sandbox.campaigns.rows[0].primary
    i = (activity.events["sends"][0] >> 8) & 0xFFFFFF
    old = contact(sandbox, i)
    sandbox.change_contact(i, address="new@example.com", first_name="Ada", notes=None)
    sandbox.add_event(activity, "opens", i)
    assert contact(sandbox, i)["email_address"]["address"] == "new@example.com"
    sent = next(r for r in sandbox.truth("email_sends") if r["contact_id"] == old["contact_id"])
    opened = next(sandbox.truth("email_opens"))
    assert (sent["email_address"], opened["email_address"]) == (
        old["email_address"]["address"],
        "new@example.com",
    )
    assert opened["first_name"] == "Ada"


def test_a_campaigns_life():
    """Created, edited, sent, removed: status, stamps and reports follow."""
    sandbox = Sandbox(contacts=60, campaigns=1, **QUIET)
    campaign = sandbox.create_campaign()
    sandbox.edit_campaign(1, name="Better name")
    assert not campaign.reported
    activity = sandbox.send_campaign(1)
    assert (
        len(activity.events["sends"])
        == list(sandbox.truth("email_campaign_stats"))[-1]["stats"]["em_sends"]
        > 0
    )
    row = list(sandbox.truth("email_campaigns"))[1]
    assert (row["name"], row["current_status"]) == ("Better name", "Done")
    sandbox.remove_campaign(1)
    assert len(list(sandbox.truth("email_campaign_stats"))) == 1
    assert list(sandbox.truth("email_campaigns"))[1]["current_status"] == "Removed"


def test_late_opens_keep_their_own_time():
    """An open reported late stands where its time belongs, and last_refresh_time moves."""
    sandbox = Sandbox(contacts=60, campaigns=1, **QUIET)
    activity = sandbox.campaigns.rows[0].primary
    sandbox.late_open(activity, 9, activity.sent_at + 1)
    assert activity.events["opens"][0] >> 32 == activity.sent_at + 1
    assert (
        next(sandbox.truth("email_campaign_activity_stats"))["last_refresh_time"]
        == "2026-01-05T03:00:00.000Z"
    )


def test_programs_open_and_click_beside_people():
    """Mailboxes load images within two minutes of the send, and scanners follow every link of a mail."""
    sandbox = Sandbox(contacts=2000, campaigns=6, **QUIET)
    mails = [campaign.primary for campaign in sandbox.campaigns.rows if campaign.reported]
    early = clicked = scanned = 0
    for mail in mails:
        sent = {event >> 8 & 0xFFFFFF: event >> 32 for event in mail.events["sends"]}
        early += sum((event >> 32) - sent[event >> 8 & 0xFFFFFF] <= 120 for event in mail.events["opens"])
        links: dict[int, set[int]] = {}
        for event in mail.events["clicks"]:
            links.setdefault(event >> 8 & 0xFFFFFF, set()).add(event >> 4 & 15)
        clicked += len(links)
        scanned += sum(len(followed) == len(mail.links) for followed in links.values())
    opens = sum(len(mail.events["opens"]) for mail in mails)
    assert 0.05 < early / opens < 0.3
    assert 0.02 < scanned / clicked < 0.3
