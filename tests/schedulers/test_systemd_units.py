"""The units of a schedule as texts: what starts when, and folders with letters that mean something to systemd."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schedulers.nightly_job import JOB as NIGHTLY

from pipelines.constant_contact.errors import RunFailed
from pipelines.constant_contact.schedule import programs, systemd
from pipelines.constant_contact.schedule.systemd import Systemd, units_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.constant_contact.schedule.job import Job

JOB = replace(NIGHTLY, at="21:30")


class Said:
    """What a program answered."""

    def __init__(self, stdout: str = "", returncode: int = 0) -> None:
        self.stdout, self.returncode = stdout, returncode


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's units are."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "systemd" / "user"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Said | None], list[str]]:
    """`asked(answer)`: every program gives it; what must work is kept."""

    def start(answer: Said | None) -> list[str]:
        done: list[str] = []
        monkeypatch.setattr(programs, "run", lambda *_words: answer)
        monkeypatch.setattr(
            programs, "must_work", lambda *words, **more: done.append(" ".join([*words, *more]))
        )
        return done

    return start


def named(job: Job = JOB) -> dict[str, str]:
    """Ending of a unit's name -> its text."""
    return {path.name.removeprefix(job.entry.name): text for path, text in units_of(job).items()}


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_one_service_is_started_by_three_timers(folder: Path) -> None:
    """At its time of day here, past midnight in UTC, and a while later to look whether it worked."""
    assert {folder} == {path.parent for path in units_of(JOB)}
    units = named()
    assert {"@.service", "-sync.timer", "-again.timer", "-check.timer"} == set(units)
    for how, at in (("sync", "*-*-* 21:30:00"), ("again", "*-*-* 00:10:00 UTC"), ("check", "*-*-* 01:30:00")):
        timer = lines(units[f"-{how}.timer"])
        assert f"OnCalendar={at}" in timer
        assert f"Unit={JOB.entry.name}@{how}.service" in timer
        assert "Persistent=true" in timer


def test_a_run_that_is_not_finished_is_no_failure_of_the_unit() -> None:
    assert "SuccessExitStatus=75" in lines(named()["@.service"])


@pytest.mark.parametrize(
    ("path", "working_directory", "script"),
    [
        ("/a b", "/a b", "/a b"),
        ("/a%b", "/a%%b", "/a%%b"),
        ('/a"b', '/a"b', r"/a\"b"),
        ("/a$b", "/a$b", "/a$$b"),
        ("/a'b;c#d", "/a'b;c#d", "/a'b;c#d"),
        ("/zoë", "/zoë", "/zoë"),
    ],
)
def test_letters_that_mean_something_are_escaped(path: str, working_directory: str, script: str) -> None:
    """Each as its place wants it: a command has words and variables, a folder has neither."""
    job = replace(JOB, folder=Path(path), state_dir=Path(path))
    unit = lines(named(job)["@.service"])
    assert f"WorkingDirectory={working_directory}" in unit
    assert f'ExecStart=/bin/sh "{script}/schedule/{job.entry.name}.sh" %i' in unit


def test_an_entry_is_read_back_from_its_unit(folder: Path, asked: Any) -> None:
    """Units of others are passed over."""
    asked(Said())
    jobs = [JOB, replace(JOB, profile="shop", folder=Path("/a%b\u2028c"))]
    for job in jobs:
        Systemd().install(job)
    (folder / "ctct-other@.service").write_text("[Unit]\nDescription=somebody's\n")
    (folder / "backup.service").write_text("# ctct schedule {}\n")
    assert sorted((job.entry for job in jobs), key=lambda one: one.name) == Systemd().entries()


def enabled(folder: Path, *, but: str = "") -> None:
    """As systemctl enables timers."""
    wants = folder / "timers.target.wants"
    wants.mkdir(exist_ok=True)
    for timer in folder.glob("*.timer"):
        if timer.name.removeprefix(JOB.entry.name) != but:
            (wants / timer.name).symlink_to(timer)


@pytest.mark.parametrize(
    ("but", "changed", "expected"),
    [
        pytest.param("", {}, True, id="all of it"),
        pytest.param("-check.timer", {}, False, id="a timer is not enabled"),
        pytest.param("", {"at": "03:00"}, False, id="another time"),
        pytest.param("", {"options": ("--full-refresh",)}, True, id="options are in the script"),
    ],
)
def test_whether_a_job_is_installed(folder: Path, asked: Any, but: str, changed: Any, expected: bool) -> None:
    asked(Said())
    assert not Systemd().is_installed(JOB)
    Systemd().install(JOB)
    enabled(folder, but=but)
    assert expected is Systemd().is_installed(replace(JOB, **changed))


def test_a_unit_that_somebody_edited_is_not_ours(folder: Path, asked: Any) -> None:
    """It is written anew."""
    asked(Said())
    Systemd().install(JOB)
    enabled(folder)
    unit = folder / f"{JOB.entry.name}@.service"
    unit.write_text(unit.read_text() + "Nice=5\n")
    assert not Systemd().is_installed(JOB)
    Systemd().install(JOB)
    assert Systemd().is_installed(JOB)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(Said(), ["daemon-reload", "enable", "restart"], id="a manager runs"),
        pytest.param(Said(returncode=1), ["enable"], id="none runs: at the next login"),
        pytest.param(None, ["enable"], id="none is installed"),
    ],
)
def test_timers_are_enabled_with_or_without_a_manager(
    asked: Any, answer: Said | None, expected: list[str]
) -> None:
    done = asked(answer)
    Systemd().install(JOB)
    assert expected == [words.split()[2] for words in done]
    timers = [f"{JOB.entry.name}-{how}.timer" for how in ("sync", "again", "check")]
    assert all(timers == words.split()[3:6] for words in done if "daemon-reload" not in words)
    assert (answer is None or answer.returncode != 0) is ("SYSTEMD_OFFLINE" in done[-1])


def test_removing_leaves_what_is_of_others(folder: Path, asked: Any) -> None:
    """Twice is the same as once."""
    asked(Said())
    other = replace(JOB, profile="shop")
    for job in (JOB, other):
        Systemd().install(job)
    enabled(folder)
    for _ in range(2):
        Systemd().remove(JOB.entry)
        assert [other.entry] == Systemd().entries()
        assert {other.entry.name} == {path.name[: len(other.entry.name)] for path in folder.rglob("ctct-*")}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Said("Sat 2026-11-21 03:30:00 CET\n"), "Sat 2026-11-21 03:30:00 CET"),
        (Said("\n"), None),
        (Said("something", returncode=1), None),
        (None, None),
    ],
)
def test_the_next_run_is_what_systemd_says(asked: Any, answer: Said | None, expected: str | None) -> None:
    asked(answer)
    assert expected == Systemd().next_run(JOB.entry)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(Said("yes\n"), [], id="on"),
        pytest.param(Said("no\n"), ["lingering is off"], id="off"),
        pytest.param(None, ["systemd does not run", "lingering cannot be checked"], id="nobody can say"),
        pytest.param(
            Said("yes\n", 1), ["systemd does not run", "lingering cannot be checked"], id="no answer"
        ),
    ],
)
def test_a_timer_stops_at_the_logout_unless_lingering_is_on(
    asked: Any, answer: Said | None, said: list[str]
) -> None:
    asked(answer)
    found = Systemd().advice()
    assert len(said) == len(found)
    assert all(sentence.startswith(begin) for sentence, begin in zip(found, said, strict=True))
    assert all("loginctl enable-linger" in sentence for sentence in found if "lingering" in sentence)


def test_a_question_that_takes_too_long_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether lingering is on; the timers are installed all the same."""

    def run(program: str, *_words: str) -> Said:
        if program == "loginctl":
            raise RunFailed("loginctl gave no answer within 30 s; try again")
        return Said()

    monkeypatch.setattr(programs, "run", run)
    assert ["lingering cannot be checked"] == [said.partition(":")[0] for said in Systemd().advice()]
    assert "systemd" == systemd.KIND
