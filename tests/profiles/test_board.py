"""What processes tell each other about profiles, where the file was changed by hand or by another version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pendulum
import pytest

from pipelines.constant_contact.profiles.board import FileBoard
from pipelines.constant_contact.profiles.round import Round

if TYPE_CHECKING:
    from pathlib import Path

DONE = {"state": "done", "member": "gone", "key": "k", "share": 1, "began": True}


@pytest.mark.parametrize(
    "content",
    [
        "{not json",
        "[]",
        json.dumps({"succeeded": {"a": 5, "b": None}, "attempted": [1]}),
        json.dumps({"members": {"x": 3, "y": {"a": 4}}, "profiles": {"a": {}, "b": 7}}),
        json.dumps({"members": {"y": {"a": "k"}}, "profiles": {"a": DONE | {"share": "many"}}}),
    ],
)
def test_what_cannot_be_read_is_forgotten(tmp_path: Path, content: str) -> None:
    """Each profile is run once all the same, and the file is good afterwards."""
    (tmp_path / "profiles.json").write_text(content)
    taken = []
    with Round(FileBoard(tmp_path), {"a": "k", "b": "k"}) as shared:
        while (claim := shared.claim(lambda *_: 100, 25)) is not None:
            taken.append(claim.profile)
            shared.finish(claim.profile, pendulum.datetime(2026, 3, 2), complete=True, cut=False)
    assert ["a", "b"] == sorted(taken)
    assert ["a", "b"] == sorted(json.loads((tmp_path / "profiles.json").read_text())["succeeded"])


def test_who_succeeded_longest_ago_comes_first(tmp_path: Path) -> None:
    """An entry that cannot be read is one that never did."""
    times = {"a": "2026-03-02T00:00:00Z", "b": "2026-03-01T00:00:00Z", "c": 7}
    (tmp_path / "profiles.json").write_text(json.dumps({"succeeded": times}))
    taken = []
    with Round(FileBoard(tmp_path), dict.fromkeys("abc", "k")) as shared:
        while (claim := shared.claim(lambda *_: 100, 25)) is not None:
            taken.append(claim.profile)
            shared.finish(claim.profile, pendulum.datetime(2026, 3, 2), complete=True, cut=False)
    assert ["c", "b", "a"] == taken
