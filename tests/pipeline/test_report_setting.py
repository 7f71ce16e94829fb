"""The setting `report`: each run leaves the page, and no run fails for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts import Account

FEW = ("contacts", "contact_lists", "account")


def test_each_run_leaves_the_page_whole(account: Callable[..., Account], tmp_path: Path) -> None:
    """In a folder that is made; the second run replaces the page of the first, with its mode."""
    one = account(contacts=5, campaigns=0)
    page = tmp_path / "pages" / "report.html"
    one.configure(report=page)
    one.complete_night(select=FEW)
    first = page.read_text()
    page.chmod(0o644)
    one.complete_night(select=FEW)
    assert first.startswith("<!doctype html>")
    assert page.read_text() != first
    assert (0o644, [page]) == (page.stat().st_mode & 0o777, list(page.parent.iterdir()))


@pytest.mark.long
def test_a_page_that_cannot_be_written_is_a_warning(account: Callable[..., Account], tmp_path: Path) -> None:
    """The run ends complete and names the page."""
    one = account(contacts=5, campaigns=0)
    (tmp_path / "file").touch()
    one.configure(report=tmp_path / "file" / "report.html")
    result = one.complete_night(select=FEW)
    [warning] = [warning for warning in result.warnings if "report" in warning]
    assert warning.startswith(f"the report {tmp_path}/file/report.html is not renewed, the last one stays: ")
