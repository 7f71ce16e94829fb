"""The sandbox as a process of its own, and its control paths."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sources.constant_contact_sandbox.__main__ import main, switches_from

ROOT = Path(__file__).parents[2]


def test_a_process_serves_until_it_is_told_to_stop():
    """It prints one JSON line, answers with the printed token, changes by HTTP, and ends with 0 on SIGTERM."""
    command = [
        sys.executable,
        "-m",
        "sources.constant_contact_sandbox",
        "--contacts",
        "30",
        "--switch",
        "drift=yes",
    ]
    command += ["--start", "2026-01-05T03:00:00Z", "--rps", "0", "--fault", "500_json:1:/contacts"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        line = json.loads(child.stdout.readline())
        headers = {"Authorization": f"Bearer {line['access_token']}"}
        codes = [httpx.get(line["base_url"] + "/contacts", headers=headers).status_code for _ in range(2)]
        origin = line["base_url"].removesuffix("/v3")
        httpx.post(origin + "/_sandbox/advance?days=1").raise_for_status()
        state = httpx.get(origin + "/_sandbox/state").json()
        child.send_signal(signal.SIGTERM)
        rest, errors = child.communicate(timeout=10)
    assert (codes, child.returncode, rest, errors) == ([500, 200], 0, "", "")
    assert (state["now"][:10], state["nights"], state["total"]) == ("2026-01-06", 1, 2)
    assert line["environment"]["SOURCES__CONSTANT_CONTACT__BASE_URL"] == line["base_url"]


def test_the_environment_can_be_one_profiles(shared):
    """Under a profile's own section, so that several sandboxes can be several accounts."""
    for_all, own = shared.server.environment(), shared.server.environment("acme")
    begin = "SOURCES__CONSTANT_CONTACT__"
    assert own == {name.replace(begin, f"{begin}ACME__"): value for name, value in for_all.items()}


def test_truth_streams_as_lines(open_sandbox):
    """/_sandbox/truth/<table> gives the rows of truth(), one JSON object a line."""
    reader = open_sandbox(contacts=700)
    answer = reader.http.get(reader.server.origin + "/_sandbox/truth/contacts")
    assert [json.loads(line) for line in answer.text.splitlines()] == list(reader.sandbox.truth("contacts"))
    assert reader.sandbox.log.total == 0


def test_control_paths_set_faults_and_the_clock(open_sandbox):
    """Faults and the clock are set over HTTP; a wrong name is a 400 that lists the valid ones."""
    reader = open_sandbox()
    control = reader.server.origin + "/_sandbox/"
    reader.http.post(control + "fault", params={"name": "503_empty", "times": "*", "path_prefix": "/emails"})
    assert [reader.get(path).status_code for path in ("/emails", "/contacts")] == [503, 200]
    assert reader.http.post(control + "fault").json() == []
    assert reader.get("/emails").status_code == 200
    state = reader.http.post(control + "clock", params={"to": "2026-02-01T00:00:00Z"}).json()
    assert state["now"][:10] == "2026-02-01"
    answer = reader.http.post(control + "fault", params={"name": "flood"})
    assert (answer.status_code, "valid are: 500_empty" in answer.text) == (400, True)
    assert reader.http.get(control + "nothing").status_code == 404


def test_switches_are_read_from_texts():
    """NAME=VALUE becomes the switch's type; wrong names and values are named with the valid ones."""
    made = switches_from(
        [
            "stats_keys=dots",
            "stats_lag_s=60",
            "bump_tags=on",
            "poison_ids=a,b",
            "token_requests_per_second=none",
        ]
    )
    assert (made.stats_keys, made.stats_lag_s, made.bump_tags) == ("dots", 60, True)
    assert (made.poison_ids, made.token_requests_per_second) == (frozenset("ab"), None)
    with pytest.raises(ValueError, match="unknown switch 'speed'; valid are: end_of_data"):
        switches_from(["speed=1"])
    with pytest.raises(ValueError, match="stats_keys is one of underscores, dots, not 'commas'"):
        switches_from(["stats_keys=commas"])


def test_wrong_arguments_end_with_2(capsys):
    """A wrong fault name is refused with exit code 2 and the valid names."""
    assert 2 == main(["--fault", "flood"])
    assert "unknown fault 'flood'" in capsys.readouterr().err


def test_unknown_tables_are_refused_by_name(shared):
    """truth() of an unknown table lists the valid ones."""
    with pytest.raises(ValueError, match="unknown table 'people'; valid are: account"):
        next(shared.sandbox.truth("people"))
