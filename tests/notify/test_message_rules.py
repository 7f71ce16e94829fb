"""Which messages a receiver is due, how they read, and what is remembered afterwards."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.constant_contact.notify.causes import KINDS, Cause, Findings
from pipelines.constant_contact.notify.memory import memory_of
from pipelines.constant_contact.notify.messages import OVER, TITLES, Message, Origin, after, due

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipelines.constant_contact.notify.memory import Memory

ORIGIN = Origin(profile="default", dataset="raw")


def finding(kind: str, *items: str, looked_at: tuple[str, ...] = ()) -> Findings:
    cause = Cause(kind=kind, items=frozenset(items), text=f"{kind} happened")
    return Findings(causes=(cause,), looked_at=frozenset(looked_at))


def told(sent: dict[str, tuple[str, ...]], findings: Findings, **more: Any) -> list[tuple[str, str]]:
    options: dict[str, Any] = {"kinds": KINDS, "origin": ORIGIN, "redact": str}
    return [(message.state, message.kind) for message in due(sent, findings, **(options | more))]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_title_and_an_all_clear(kind: str) -> None:
    """One line with whose it is; a sentence."""
    for state, words in (("alert", TITLES[kind]), ("over", f"over: {TITLES[kind]}")):
        own = Message(kind=kind, state=state, text="", origin=ORIGIN)  # type: ignore[arg-type]
        assert f"ctct: {words} (dataset raw)" == own.subject
        shop = Message(kind=kind, state=state, text="", origin=Origin(profile="shop", dataset="raw"))  # type: ignore[arg-type]
        assert f"ctct: {words} (profile shop, dataset raw)" == shop.subject
    assert OVER[kind].endswith(".")


def test_no_title_is_of_a_kind_that_there_is_not() -> None:
    assert set(KINDS) == TITLES.keys() == OVER.keys()


@pytest.mark.parametrize(
    ("sent", "findings", "expected"),
    [
        pytest.param({}, Findings(), [], id="nothing happened"),
        pytest.param({}, finding("drift", "a"), [("alert", "drift")], id="something new"),
        pytest.param({"drift": ("a",)}, finding("drift", "a"), [], id="the same again"),
        pytest.param({"drift": ("a", "b")}, finding("drift", "a"), [], id="a part of it"),
        pytest.param({"drift": ("a",)}, finding("drift", "a", "b"), [("alert", "drift")], id="more than before"),
        pytest.param({"audit": ("a",)}, finding("drift", "a"), [("alert", "drift")], id="the same item, another kind"),
        pytest.param(
            {"drift": ("a",)},
            Findings(looked_at=frozenset({"drift"})),
            [("over", "drift")],
            id="it was looked for and is gone",
        ),
        pytest.param({"drift": ("a",)}, Findings(), [], id="it was not looked for"),
        pytest.param({}, Findings(looked_at=frozenset(KINDS)), [], id="what was never reported is not over"),
        pytest.param({"drift": ("a",)}, finding("drift", "a", looked_at=("drift",)), [], id="it is still there"),
        pytest.param(
            {"stale": ("s",), "audit": ("x",)},
            finding("drift", "a", looked_at=("stale", "audit", "drift")),
            [("alert", "drift"), ("over", "audit"), ("over", "stale")],
            id="alerts first, then what is over by name",
        ),
    ],
)  # fmt: skip
def test_what_is_due(
    sent: dict[str, tuple[str, ...]], findings: Findings, expected: list[tuple[str, str]]
) -> None:
    assert expected == told(sent, findings)


def test_who_does_not_want_a_kind_hears_neither_of_it_nor_of_its_end() -> None:
    others = [kind for kind in KINDS if kind != "drift"]
    assert [] == told({}, finding("drift", "a"), kinds=others)
    assert [] == told({"drift": ("a",)}, Findings(looked_at=frozenset({"drift"})), kinds=others)


def test_a_text_is_redacted_and_made_plain() -> None:
    """It holds names of the account."""
    cause = Cause(kind="failed", items=frozenset({"b", "a"}), text="token-one\x1b[2J\nmore")
    [message] = due(
        {},
        Findings(causes=(cause,)),
        kinds=KINDS,
        origin=ORIGIN,
        redact=lambda text: text.replace("token-one", "***"),
    )
    assert ("***\\x1b[2J\nmore", ("a", "b"), ORIGIN) == (message.text, message.items, message.origin)


def alert(kind: str, *items: str) -> Message:
    return Message(kind=kind, state="alert", text="", origin=ORIGIN, items=items)


def over(kind: str) -> Message:
    return Message(kind=kind, state="over", text="", origin=ORIGIN)


@pytest.mark.parametrize(
    ("sent", "findings", "delivered", "expected"),
    [
        pytest.param({}, Findings(), [], {}, id="nothing"),
        pytest.param({}, finding("drift", "a"), [alert("drift", "a")], {"drift": ("a",)}, id="an alert"),
        pytest.param({}, finding("drift", "a"), [], {}, id="one that was not delivered is due again"),
        pytest.param({"stale": ("s",)}, Findings(), [], {"stale": ("s",)}, id="what was not looked at stays"),
        pytest.param(
            {"drift": ("a", "b", "c")}, finding("drift", "c", "a"), [], {"drift": ("a", "c")}, id="items that are gone"
        ),
        pytest.param({"drift": ("a",)}, finding("drift", "b"), [], {}, id="another item, not delivered"),
        pytest.param(
            {"drift": ("a",)}, finding("drift", "b"), [alert("drift", "b")], {"drift": ("b",)}, id="and delivered"
        ),
        pytest.param(
            {"drift": ("a",), "stale": ("s",)}, Findings(), [over("drift")], {"stale": ("s",)}, id="over"
        ),
        pytest.param({"drift": ("a",)}, Findings(), [], {"drift": ("a",)}, id="an end that was not delivered"),
    ],
)  # fmt: skip
def test_what_is_remembered(
    sent: dict[str, tuple[str, ...]],
    findings: Findings,
    delivered: list[Message],
    expected: dict[str, tuple[str, ...]],
) -> None:
    before = dict(sent)
    assert expected == after(sent, findings, delivered)
    assert before == sent


def memory(tmp_path: Path, *, application: str = "app", **target: str) -> AbstractContextManager[Memory]:
    values = {"profile": "default", "dataset": "raw", "destination": "duckdb"}
    connection = SimpleNamespace(key=application, shared=None, state_dir=tmp_path)
    return memory_of(connection, SimpleNamespace(**(values | target)))  # type: ignore[arg-type]


def test_what_was_sent_is_remembered_by_receiver(tmp_path: Path) -> None:
    sent = {"mail": {"drift": ("a", "ü")}, "hook": {}}
    with memory(tmp_path) as here:
        assert {} == here.read()
        here.write(sent)
    with memory(tmp_path) as here:
        assert sent == here.read()
    assert 1 == len(list((tmp_path / "notify").glob("*.json")))


@pytest.mark.parametrize(
    "other", [{"profile": "shop"}, {"dataset": "b"}, {"destination": "postgres"}, {"application": "b"}]
)
def test_targets_and_applications_are_told_apart(tmp_path: Path, other: dict[str, str]) -> None:
    with memory(tmp_path) as here:
        here.write({"mail": {"drift": ("a",)}})
    with memory(tmp_path, **other) as there:
        assert {} == there.read()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "5", '{"mail": 5}', '{"mail": {"drift": 5}}', '{"mail": ["x"]}']
)
def test_a_memory_that_cannot_be_read_is_empty(tmp_path: Path, content: str) -> None:
    """Alerts are sent once more rather than not at all."""
    with memory(tmp_path) as here:
        here.write({"mail": {}})
    [path] = (tmp_path / "notify").glob("*.json")
    path.write_text(content)
    with memory(tmp_path) as here:
        assert {} == here.read()
        here.write({"mail": {"stale": ("s",)}})
    assert {"mail": {"stale": ["s"]}} == json.loads(path.read_text())


def test_where_nothing_can_be_kept_it_is_said(tmp_path: Path) -> None:
    """And is no error: alerts go out all the same."""
    (tmp_path / "notify").write_text("a file in the way")
    with memory(tmp_path) as here:
        assert here.fault
        assert {} == here.read()
        here.write({"mail": {}})
    assert "a file in the way" == (tmp_path / "notify").read_text()
