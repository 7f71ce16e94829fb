"""What a day brings to the account: `advance` calls this.

All choices derive from (seed, night, kind), all stamps from the sandbox's reproducible clock rounded up
to the hour, so the same sequence of nights gives the same account however long the tests between them
took.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from . import seeds
from .nights import Night
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from .verbs import Verbs

CHANGES = (
    "first_name",
    "job_title",
    "company_name",
    "anniversary",
    "address",
    "notes",
    "custom_fields",
    "phone_numbers",
)


def live_days(sandbox: Verbs, days: float) -> dict[str, int]:
    """Move the clock by `days` and let each begun day happen; returns the number of changes by kind."""
    elapsed = max(0.0, sandbox.epoch - sandbox.nominal)
    begin = sandbox.nominal + 3600 * -(-int(elapsed) // 3600)
    sandbox._offset += days * DAY_S  # noqa: SLF001 - this module is part of Sandbox
    sandbox.nominal += int(days * DAY_S)
    done: Counter[str] = Counter()
    whole = max(1, round(days)) if days > 0 else 0
    for k in range(whole):
        end = begin + (k + 1) * int(days * DAY_S) // whole
        sandbox.nights += 1
        Day(
            sandbox, sandbox.nights, begin + k * int(days * DAY_S) // whole, min(end, sandbox.nominal)
        ).happen(done)
    sandbox.contacts.generation += 1
    return dict(done)


def changed_value(name: str, row: dict[str, Any], h: int, text: str) -> Any:
    """What a person types over a field of `row`; sets may shrink to nothing. `text`: the time as stamp."""
    if name == "notes":
        note_id = seeds.uuid_text(h, h ^ len(text))
        return [
            *row.get(name, []),
            {"note_id": note_id, "created_at": text, "content": f"Called back on {text[:10]}. 👍"},
        ]
    if name == "custom_fields":
        kept = row.get(name, [])[h & 1 :]
        return [
            v | {"value": f"edited {h % 1000}"} if "/" not in v.get("value", "/") and k == 0 else v
            for k, v in enumerate(kept)
        ]
    if name == "phone_numbers":
        number = {"phone_number": f"+1-207-555-{h % 10000:04d}", "updated_at": text}
        return [phone | number for phone in row.get(name, [])][h & 1 :]
    sample = {
        "address": f"moved.{h:x}@outlook.com",
        "anniversary": f"20{h % 20:02d}-0{1 + h % 9}-1{h % 10}",
        "first_name": f"{row.get('first_name', 'Sam')[:30]}-Jo",
        "job_title": f"Manager {h % 50}",
        "company_name": None,
    }
    return sample[name]


class Day:
    """One day between two moments (seconds since 1970)."""

    def __init__(self, sandbox: Verbs, night: int, begin: int, end: int) -> None:
        self.sandbox, self.night, self.begin, self.end = sandbox, night, begin, max(end, begin + 1)

    def roll(self, *path: object) -> int:
        return seeds.word(self.sandbox.seed, "night", self.night, *path)

    def moment(self, h: int) -> int:
        return self.begin + h % (self.end - self.begin)

    def happen(self, done: Counter[str]) -> None:
        n = len(self.sandbox.contacts)
        plans: tuple[tuple[str, int, Callable[[int, int, int], bool]], ...] = (
            ("changed", max(1, n // 130), self._change),
            ("unsubscribed", max(1, n // 2500), self._unsubscribe),
            ("moved", max(1, n // 1200), self._move),
            ("tagged", max(1, n // 1500), self._tag),
            ("deleted", max(1, n // 3000), self._delete),
            ("revived", 1 + n // 20000, self._revive),
            ("created", max(1, n // 900), self._create),
        )
        for kind, count, act in plans:
            for k in range(count):
                h = self.roll(kind, k)
                done[kind] += act((h >> 20) % n, h, self.moment(h)) if n else 0
        self._campaigns(done)
        self._rare(done)
        night = Night(seed=self.sandbox.seed, number=self.night, begin=self.begin, end=self.end, done=done)
        self.sandbox.extras.live(night)

    def _change(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        if s.contacts.deleted[i] or not s.contacts.exists(i):
            return False
        row = s.contacts.row(i)
        name = CHANGES[(h >> 50) % len(CHANGES)]
        if name == "address" and ("email_address" not in row or h >> 55 & 3):
            name = "first_name"
        fields: dict[str, Any] = {
            name: changed_value(name, row, h, seeds.stamp(at)),
            "update_source": "Contact",
        }
        if s.switches.drift and h % 3 == 0:
            fields["engagement_score"] = h % 100
        s.change_contact(i, at=at, **fields)
        return True

    def _unsubscribe(self, i: int, h: int, at: int) -> bool:  # noqa: ARG002 - all acts have one signature
        if not self.sandbox.contacts.is_mailable(i):
            return False
        self.sandbox.unsubscribe(i, at=at)
        return True

    def _move(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        live = [bit for bit, row in enumerate(s.lists) if "deleted_at" not in row]
        if s.contacts.deleted[i] or not s.contacts.exists(i):
            return False
        held = [bit for bit in live if s.contacts.lists[i] >> bit & 1]
        leave = tuple(held) if h >> 40 & 3 == 0 else tuple(held[:1])
        join = () if h >> 40 & 3 == 0 else (live[(h >> 44) % len(live)],)
        s.move_between_lists(i, leave=leave, join=join, at=at)
        return True

    def _tag(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        live = [bit for bit, _ in s.live_tags()]
        if s.contacts.deleted[i] or not s.contacts.exists(i) or not live:
            return False
        tag = live[(h >> 44) % len(live)]
        (s.untag if s.contacts.tags[i] >> tag & 1 else s.tag)(i, tag, at=at)
        return True

    def _delete(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        if s.contacts.deleted[i] or not s.contacts.exists(i):
            return False
        s.delete_contact(i, at=at, bump=s.switches.bump_deletes or (h >> 45 & 1 == 1))
        return True

    def _revive(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        gone = next(
            (k % len(s.contacts) for k in range(i, i + 400) if s.contacts.deleted[k % len(s.contacts)]), None
        )
        if gone is None or not s.contacts.exists(gone):
            return False
        live = [bit for bit, row in enumerate(s.lists) if "deleted_at" not in row]
        s.revive_contact(gone, at=at, lists=(live[h % len(live)],))
        return True

    def _create(self, i: int, h: int, at: int) -> bool:
        s = self.sandbox
        live = [bit for bit, row in enumerate(s.lists) if "deleted_at" not in row]
        s.create_contact(at=at, lists=(live[(h + i) % len(live)], live[(h >> 30) % len(live)]))
        return True

    def _campaigns(self, done: Counter[str]) -> None:
        s, h = self.sandbox, self.roll("campaigns")
        for campaign in [
            c for c in s.campaigns.rows if c.status == "Scheduled" and c.scheduled_at < self.end
        ]:
            s.campaigns.send(campaign, max(self.begin, campaign.scheduled_at), self.end)
            done["sent"] += 1
        if h % 7 < 2:
            campaign = s.campaigns.create(status="Draft", created_at=self.begin + 60)
            s.campaigns.send(campaign, self.begin + (self.end - self.begin) // 3, self.end)
            done["sent"] += 1
        if h >> 10 & 3 == 0:
            s.campaigns.create(
                status="Draft" if h >> 12 & 1 else "Scheduled", created_at=self.moment(h >> 16)
            )
            done["drafted"] += 1
        drafts = [c for c in s.campaigns.rows if c.status == "Draft"]
        if drafts and h >> 20 & 1:
            draft = drafts[(h >> 24) % len(drafts)]
            draft.name, draft.updated_at = f"{draft.name[:60]} (v{self.night})", self.moment(h >> 30)
            done["edited"] += 1
        sent = [c for c in s.campaigns.rows if c.reported]
        recent = sent[-4:] + ([sent[h % len(sent)]] if sent else [])
        for campaign_id in dict.fromkeys(c.campaign_id for c in recent):
            for activity in s.campaigns.by_id[campaign_id].reported:
                s.campaigns.more_events(activity, max(self.begin, activity.sent_at), self.end, self.night)
                done["late"] += 1

    def _rare(self, done: Counter[str]) -> None:
        """What happens every couple of weeks: lists come and go, a tag is dropped, a resend, a removed
        campaign.
        """
        s, h = self.sandbox, self.roll("rare")
        at = self.moment(h >> 8)
        live = [bit for bit, row in enumerate(s.lists) if "deleted_at" not in row]
        if h % 12 == 3 and len(s.lists) < 60:
            s.create_list(f"Guests of night {self.night}", at=at)
            done["list_created"] += 1
        if h % 15 == 4 and len(live) > 4:
            s.delete_list(live[-1], at=at)
            done["list_deleted"] += 1
        if h % 25 == 7 and len(s.live_tags()) > 3:
            s.delete_tag(s.live_tags()[-1][0], at=at)
            done["tag_deleted"] += 1
        candidates = [
            c
            for c in s.campaigns.rows
            if c.reported
            and len(c.activities) == 1
            and self.begin - 8 * DAY_S < c.primary.sent_at < self.begin - 2 * DAY_S
        ]
        if candidates and h >> 30 & 3 == 0:
            s.campaigns.resend(candidates[0], at, self.end)
            done["resent"] += 1
        removable = [k for k, c in enumerate(s.campaigns.rows) if c.status in ("Draft", "Done")]
        if h >> 34 & 15 == 0 and len(removable) > 3:
            s.remove_campaign(removable[(h >> 40) % len(removable)], at=at)
            done["removed"] += 1
