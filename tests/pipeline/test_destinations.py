"""Destinations that ctct knows nothing special about: what runs there, and what is said before anything is spent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.long
def test_a_destination_of_files_loads_records_and_says_what_does_not_run(
    account: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 0, twice; the warnings name the marts and the audit; the second night reads only what is new."""
    from pipelines.constant_contact.cli import app  # noqa: PLC0415

    one = account(contacts=20, campaigns=2)
    monkeypatch.setenv("DESTINATION__FILESYSTEM__BUCKET_URL", str(tmp_path / "lake"))
    sent = []
    for _ in range(2):
        before = one.sandbox.log.total
        with pytest.raises(SystemExit) as ended:
            app(["sync", "--destination", "filesystem", "--json"], prog_name="ctct")
        sent.append(one.sandbox.log.total - before)
        said = json.loads(capsys.readouterr().out)
        assert (0, "complete") == (ended.value.code, said["status"])
        assert one.sandbox.account["encoded_account_id"] == said["account_id"]
        assert "marts are not built on filesystem" in " ".join(said["warnings"])
        assert "audit" in " ".join(said["warnings"])
    assert sent[1] < sent[0]
    assert 2 <= len(list((tmp_path / "lake" / "constant_contact" / "_ctct_runs").iterdir()))
