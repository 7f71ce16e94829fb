"""Disks that are nearly full: known before something is half written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.constant_contact.destinations.room import MIN_FREE_BYTES, must_have_room
from pipelines.constant_contact.errors import RunFailed

FOLDER = Path("/data")


def test_a_disk_without_room_is_named_with_what_it_has_and_what_it_takes() -> None:
    """One sentence: the folder, both sizes, what to do."""
    with pytest.raises(
        RunFailed, match=r"/data has 40 MB left, and the commit takes about 134 MB; free some"
    ):
        must_have_room(FOLDER, 100_000_000, "the commit", free_bytes=lambda _: 40_000_000)


def test_a_disk_that_just_suffices_is_used() -> None:
    """The reserve is counted once."""
    must_have_room(FOLDER, 5, "the commit", free_bytes=lambda _: MIN_FREE_BYTES + 5)


def test_the_real_disk_is_asked(tmp_path: Path) -> None:
    """More than any disk has is refused."""
    with pytest.raises(RunFailed, match="free some"):
        must_have_room(tmp_path, 10**18, "the commit")
