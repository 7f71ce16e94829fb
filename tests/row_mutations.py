"""Seeded mutations of the rows that a sandbox serves: types, nulls, ranges, names, nesting, encodings.

A row is changed by a rule that depends on the seed and the row alone, so that it looks the same whenever it is asked
for. Must not use anything of the pipeline.
"""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2s
from typing import TYPE_CHECKING, Any
from unittest import mock

import orjson

from sources.constant_contact_sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact_sandbox import Sandbox
    from sources.constant_contact_sandbox.faults import Reply

FEEDS = ("sends", "opens", "clicks", "forwards", "optouts", "bounces")
PATHS: dict[str, tuple[str, str | None]] = {
    "/contacts/counts": ("contact_counts", None),
    "/contact_lists": ("contact_lists", "lists"),
    "/contact_tags": ("contact_tags", "tags"),
    "/contact_custom_fields": ("custom_fields", "custom_fields"),
    "/segments": ("segments", "segments"),
    "/account/emails": ("account_emails", ""),
    "/account/user/privileges": ("account_privileges", ""),
    "/reports/summary_reports/email_campaign_summaries": (
        "email_campaign_summaries",
        "bulk_email_campaign_summaries",
    ),
    "/reports/stats/email_campaigns/": ("email_campaign_stats", "results"),
    "/reports/stats/email_campaign_activities/": ("email_campaign_activity_stats", "results"),
    "/emails/activities/": ("email_campaign_activities", None),
    "/emails/": ("email_campaigns", None),
    "/emails": ("email_campaigns", "campaigns"),
    "/contacts": ("contacts", "contacts"),
}
"""Path -> table and where its rows are: under a key, the body itself (empty), or the body is one row (None)."""
PARTS = {
    "abtest": ("email_abtests", None),
    "send_history": ("email_send_history", ""),
    "schedules": ("email_schedules", ""),
    "non_opener_resends": ("email_non_opener_resends", ""),
}
"""What hangs on one e-mail -> table and where its rows are, as above."""
KEYS = {
    "contacts": ("contact_id",),
    "contact_lists": ("list_id",),
    "contact_tags": ("tag_id",),
    "custom_fields": ("custom_field_id",),
    "segments": ("segment_id",),
    "account_emails": ("email_id",),
    "account_privileges": ("privilege_id",),
    "email_campaigns": ("campaign_id",),
    "email_campaign_activities": ("campaign_activity_id",),
    "email_campaign_summaries": ("campaign_id",),
    "email_campaign_stats": ("campaign_id",),
    "email_campaign_activity_stats": ("campaign_activity_id",),
    "email_links": ("url_id",),
    "contact_counts": (),
    **{table: () for table, _ in PARTS.values()},  # noted by their e-mail
    **{f"email_{name}": ("contact_id", "created_time") for name in FEEDS},
}
RAW = {"@huge": "1e400", "@int": "9" * 25, "@long": "1" * 5_000, "@half": '"\\ud800"', "@nul": '"a\\u0000b"'}
"""JSON that Python would not write."""
UNUSABLE: tuple[Any, ...] = (None, ..., "", {}, {"id": "x"}, [], ["x"], "@nul")
BAD_TIMES = (
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59-05:00",
    "0001-01-01T00:00:00+05:00",
    "soon",
    "24:00",
    "@nul",
)
VALUES: tuple[Any, ...] = (
    *(None, ..., "", "x", "é ✉ 𝄞", "'; drop table contacts; --", "x" * 5_000, "null", "NaN", "-1", " 1 "),
    *(0, -1, 1.5, 2**63 - 1, 2**63, 2**64, -(2**70), True, False, 1e308),
    *([], {}, [None], [1, "a", {}], {"a": {"b": {"c": [1]}}}, {"": 1}, *RAW, *BAD_TIMES),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30", "1e400", "0x10"),
)
NAMES = (
    *(
        "_dlt_load_id",
        "_dlt_id",
        "_deleted",
        "_extra",
        "position",
        "occurrence",
        "contact_id__raw",
        "x__raw",
        "",
    ),
    *(
        "newField",
        "new_field",
        "New-Field",
        "x" * 300,
        'a"b',
        "a'b",
        "é",
        "select",
        "raw",
        "_links2",
        "created_at ",
    ),
)
KEEP = ("deleted_at", "url_id", "send_id", "resend_request_id", "scheduled_date")
"""Fields whose other values would be valid and mean something else: a list that is gone, another link or send."""


@dataclass(slots=True)
class Mutations:
    """What was changed so far, by table and by the key that the row has in the account."""

    seed: str
    share: float
    """Of the rows that are changed."""
    touched: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.touched.values()))

    def changed(self, table: str, row: Any, read_for: str = "", *, as_record: bool = False) -> Any:
        """The row as it is served: most of the time as it is."""
        mark = blake2s(
            repr((self.seed, table, read_for, json.dumps(row, sort_keys=True))).encode()
        ).hexdigest()
        dice = random.Random(mark)
        if not isinstance(row, dict) or dice.random() >= self.share:
            return row
        kind = dice.choice(("value", "value", "value", "name", "key", "row", "nested", "items"))
        if as_record and kind in ("row", "key"):
            kind = "value"
        changed = getattr(self, f"_{kind}")(table, row, dice)
        at = ((read_for,) if read_for else ()) + tuple(
            _as_loaded(name, row.get(name)) for name in KEYS[table]
        )
        self.touched.setdefault(table, set()).add(at)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return changed

    def _row(self, _: str, row: Any, dice: random.Random) -> Any:
        return dice.choice((None, 7, "text", [row], True, {}))

    def _key(self, table: str, row: dict[str, Any], dice: random.Random) -> Any:
        if not KEYS[table]:
            return self._value(table, row, dice)
        name = dice.choice(KEYS[table])
        value = dice.choice(BAD_TIMES if name == "created_time" else UNUSABLE)
        spoiled = _with(row, name, value)
        return (
            _with(spoiled, "link_url", None) if name == "url_id" else spoiled
        )  # which would stand in for it

    def _value(self, table: str, row: dict[str, Any], dice: random.Random) -> Any:
        names = [name for name in row if name not in {*KEYS[table], *KEEP, "_links"}]
        if not names:
            return self._name(table, row, dice)
        name = dice.choice(names)
        inner = row[name]
        if isinstance(inner, dict) and inner and dice.random() < 0.7:
            return {**row, name: self._value("contact_counts", inner, dice)}
        return _with(row, name, dice.choice(VALUES))

    def _name(self, _: str, row: dict[str, Any], dice: random.Random) -> Any:
        names = dice.sample(NAMES, 3)
        return {
            **row,
            **{n: dice.choice(VALUES[3:]) for n in names if n not in row},
        }

    def _nested(self, table: str, row: dict[str, Any], dice: random.Random) -> Any:
        value: Any = dice.choice((1, "x", None, {}))
        for level in range(dice.choice((3, 20, 300))):
            value = [value] if level % 2 else {dice.choice(("a", "b", "a b")): value}
        many = {f"unknown_{dice.randrange(3_000)}": level for level in range(dice.choice((1, 60)))}
        return {**row, "nested": value, **many}

    def _items(self, table: str, row: dict[str, Any], dice: random.Random) -> Any:
        """Something else in an array, or in its place."""
        names = [
            name
            for name, value in row.items()
            if isinstance(value, list) and value and name not in KEYS[table]
        ]
        if not names:
            return self._value(table, row, dice)
        name = dice.choice(names)
        items = list(row[name])
        at = dice.randrange(len(items))
        if isinstance(items[at], dict) and dice.random() < 0.6:
            items[at] = _with(items[at], dice.choice(sorted(items[at])), dice.choice(VALUES[:-5]))
        else:
            items[at] = dice.choice((None, 7, {}, [], "", [1], {"x": 1}))
        return {**row, name: items}


def _as_loaded(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value).astimezone(UTC) if name == "created_time" else str(value)


def _with(row: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    changed = dict(row)
    if value is ...:
        changed.pop(name)
    else:
        changed[name] = value
    return changed


def _written(value: Any, dice: random.Random) -> tuple[bytes, str]:
    """(body, content type): now and then in another encoding."""
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    kind = dice.randrange(8)
    if kind == 0:
        return b"\xef\xbb\xbf" + text.encode(), "application/json"
    if kind == 1:
        return text.encode("utf-16-le"), "application/json; charset=utf-16-le"
    return text.encode(), "application/json"


def _paths(sandbox: Sandbox) -> list[tuple[str, str, str | None, str]]:
    """Path, table, where its rows are, and what they are read for."""
    paths: list[tuple[str, str, str | None, str]] = []
    for campaign in sandbox.campaigns.rows:
        for activity in campaign.reported:
            base = f"/reports/email_reports/{activity.activity_id}"
            paths += [
                (f"{base}/tracking/{name}", f"email_{name}", "tracking_activities", activity.activity_id)
                for name in FEEDS
            ]
            paths.append((f"{base}/links", "email_links", "link_click_counts", activity.activity_id))
        for activity in campaign.activities:
            base = f"/emails/activities/{activity.activity_id}"
            paths += [
                (f"{base}/{part}", table, key, activity.activity_id) for part, (table, key) in PARTS.items()
            ]
    return [*paths, *((path, table, key, "") for path, (table, key) in PATHS.items())]


@contextmanager
def mutated(sandbox: Sandbox, mutations: Mutations) -> Iterator[None]:
    """While it lasts, the sandbox serves its rows so."""
    dice = random.Random(mutations.seed)
    paths = _paths(sandbox)

    def fault(table: str, key: str | None, read_for: str) -> Any:
        def change(reply: Reply) -> Reply:
            if reply.status != 200 or reply.body[:1] not in (b"{", b"["):
                return reply
            body = orjson.loads(reply.body)
            if key is None or (isinstance(body, dict) and key not in body):
                body = mutations.changed(table, body, read_for, as_record=True)
            elif key == "":
                body = [mutations.changed(table, row, read_for) for row in body]
            elif body[key]:
                body[key] = [mutations.changed(table, row, read_for) for row in body[key]]
            written, kind = _written(body, dice)
            return replace(reply, body=written, content_type=kind)

        return change

    with mock.patch.dict(faults.FAULTS, {f"fuzz{i}": fault(*one[1:]) for i, one in enumerate(paths)}):
        for number, (path, *_) in enumerate(paths):
            sandbox.set_fault(f"fuzz{number}", None, path_prefix=path)
        try:
            yield
        finally:
            sandbox.clear_faults()
