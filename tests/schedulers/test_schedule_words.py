"""Times of day, paths, names and the crontab's block of a schedule."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from schedulers.nightly_job import JOB

from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.schedule import crontab, programs
from pipelines.constant_contact.schedule.crontab import Cron, block_of
from pipelines.constant_contact.schedule.job import Entry, check_times, must_be_writable, times

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("at", "expected"), [("00:00", (0, 0)), ("03:30", (3, 30)), ("09:05", (9, 5)), ("23:59", (23, 59))]
)
def test_a_time_of_day(at: str, expected: tuple[int, int]) -> None:
    assert expected == times(at)


@pytest.mark.parametrize(
    "at",
    [
        "", ":", "3:30", "03:3", "0330", "03.30", "24:00", "23:60", "-1:30", "03:30:00", " 03:30", "03:30 ", "aa:bb",
        "٠٣:٣٠", "0²:30",
    ],
)  # fmt: skip
def test_what_is_no_time_of_day_is_a_sentence(at: str) -> None:
    """Digits of other scripts are none for cron."""
    with pytest.raises(UserError) as caught:
        times(at)
    assert f"--at {at!r} is no time of day; write it like 03:30" == str(caught.value)


def test_a_cron_that_does_not_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names of processes; where none can be seen nothing is said."""
    assert programs.runs({"cron"}, tmp_path)
    for number, name in enumerate(("sh", "python3")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{name}\n")
    (tmp_path / "3").mkdir()  # it has ended meanwhile
    assert (True, False) == (programs.runs({"sh"}, tmp_path), programs.runs({"cron", "crond"}, tmp_path))
    for there in (True, False):
        monkeypatch.setattr(programs, "runs", lambda _names, there=there: there)
        assert there is not any("start it: service cron start" in note for note in Cron().advice())


def test_the_check_follows_the_sync_on_the_same_minute() -> None:
    """Past midnight where the sync is late."""
    after_h = (check_times("00:15")[0] - 0) % 24
    assert 0 < after_h < 24
    for hour in range(24):
        assert ((hour + after_h) % 24, 15) == check_times(f"{hour:02}:15")


@pytest.mark.parametrize("path", ["/a", "/a b", "/a'b", "/ä/日本", "/a%b", '/a"b', "/a$b;c&d"])
def test_a_path_that_can_be_scheduled(path: str) -> None:
    must_be_writable(Path(path))


@pytest.mark.parametrize("path", ["/a\nb", "/a\tb", "/a\\b", "/a ", "/a\x1b", "/a\u202eb", "/a\u00a0"])
def test_a_path_that_no_crontab_can_name_is_a_sentence(path: str) -> None:
    with pytest.raises(UserError) as caught:
        must_be_writable(Path(path))
    assert str(caught.value).startswith(f"{path!r} cannot be scheduled: its name has a backslash")
    assert str(caught.value).endswith("use a folder with another name")


def test_an_entry_is_named_by_what_it_syncs() -> None:
    """Not by when, nor by how: installing it again takes the place of the old one."""
    same = [JOB, replace(JOB, at="04:00"), replace(JOB, options=("--quiet",)), replace(JOB, max_age="9h")]
    others = [
        replace(JOB, folder=Path("/other")),
        replace(JOB, profile="shop"),
        replace(JOB, dataset="other"),
    ]
    assert 1 == len({job.entry.name for job in same})
    assert 4 == len({job.entry.name for job in (JOB, *others)})
    assert JOB.entry.name.startswith("ctct-")


def test_an_entry_is_read_back_from_its_comment() -> None:
    """A line of ASCII, whatever the folder is called."""
    comment = JOB.entry.comment
    assert comment.isascii()
    assert 1 == len(comment.splitlines())
    assert JOB.entry == Entry.of(comment)


def test_an_entry_knows_all_its_files() -> None:
    script = Path(JOB.entry.script)
    assert Path("/var/lib/ctct/schedule") == script.parent
    assert [".sh", ".log", ".1", ".exit"] == [file.suffix for file in JOB.entry.files]
    assert {script.stem} == {file.name.split(".")[0] for file in JOB.entry.files}


def test_the_script_runs_what_was_asked_for() -> None:
    """Each word as it is, however odd."""
    job = replace(
        JOB, options=("--select", "a b", "$(x)"), status_options=("--dataset", "d'e"), max_age="30h"
    )
    lines = [line.strip() for line in job.script.splitlines()]
    assert f"{shlex.join(['/opt/ctct/bin/ctct', 'sync', '--select', 'a b', '$(x)'])} 3>&-" in lines
    assert (
        shlex.join(["/opt/ctct/bin/ctct", "status", "--max-age", "30h", "--notify", "--dataset", "d'e"])
        in lines
    )
    assert "cd -- '/srv/zoë/my account' || exit 2" in lines


def test_a_block_of_the_crontab_has_three_lines_between_its_marks() -> None:
    """The sync, the try past midnight UTC each hour, the check after it."""
    begin, sync, midnight, check, end = block_of(JOB).splitlines()
    hour, minute = check_times("03:30")
    command = f"/bin/sh {JOB.entry.script}"
    assert begin.endswith(f"BEGIN {JOB.entry.name} {JOB.entry.comment}")
    assert f"30 3 * * * {command} sync" == sync
    assert f"10 * * * * {command} midnight" == midnight
    assert f"{minute} {hour} * * * {command} check" == check
    assert end.endswith(f"END {JOB.entry.name}")


def test_a_per_cent_sign_does_not_end_the_command() -> None:
    """As it would in a crontab."""
    lines = block_of(replace(JOB, state_dir=Path("/a%b"))).splitlines()[1:4]
    assert all(r"/a\%b/" in line for line in lines)


class Said:
    """What a program answered."""

    def __init__(self, stdout: str = "", stderr: str = "", returncode: int = 0) -> None:
        self.stdout, self.stderr, self.returncode = stdout, stderr, returncode


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[tuple[tuple[str, ...], str | None]]]:
    """`table(text)`: a crontab with this text; what is done to it."""

    def hold(text: str) -> list[tuple[tuple[str, ...], str | None]]:
        done: list[tuple[tuple[str, ...], str | None]] = []
        monkeypatch.setattr(programs, "run", lambda *_words: Said(text))
        monkeypatch.setattr(programs, "must_work", lambda *words, text=None: done.append((words, text)))
        return done

    return hold


OTHER = replace(JOB, profile="shop")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("5 4 * * * backup\n", "5 4 * * * backup\n", id="somebody's line"),
        pytest.param("5 4 * * * backup", "5 4 * * * backup\n", id="a line without its end"),
        pytest.param(block_of(replace(JOB, at="01:00")), "", id="an older block of its own"),
        pytest.param(block_of(OTHER), block_of(OTHER), id="the block of another profile"),
        pytest.param(
            f"# mine\n{block_of(JOB)}A=1\n{block_of(OTHER)}", f"# mine\nA=1\n{block_of(OTHER)}", id="all of these"
        ),
    ],
)  # fmt: skip
def test_all_other_lines_stay_as_they_are(
    table: Callable[[str], list[tuple[tuple[str, ...], str | None]]], before: str, after: str
) -> None:
    """Installing twice is installing once; removing leaves what others wrote, or no crontab at all."""
    done = table(before)
    Cron().install(JOB)
    assert [(("crontab", "-"), after + block_of(JOB))] == done
    done = table(after + block_of(JOB))
    assert Cron().is_installed(JOB)
    assert not Cron().is_installed(replace(JOB, at="05:00"))
    assert JOB.entry in Cron().entries()
    Cron().remove(JOB.entry)
    assert [(("crontab", "-"), after) if after else (("crontab", "-r"), None)] == done


@pytest.mark.parametrize("lost", [0, -1], ids=["begin", "end"])
def test_a_block_that_lost_a_mark_stops_everything(
    table: Callable[[str], list[tuple[tuple[str, ...], str | None]]], lost: int
) -> None:
    """Whatever is taken for its end could be somebody's line."""
    lines = block_of(JOB).splitlines(keepends=True)
    del lines[lost]
    done = table("".join(lines))
    for act in (lambda: Cron().install(JOB), lambda: Cron().remove(JOB.entry), Cron().entries):
        with pytest.raises(UserError, match="has lost one of its marks"):
            act()
    assert [] == done


@pytest.mark.parametrize(
    ("said", "entries"),
    [
        (None, []),
        (Said(stderr="no crontab for zoë", returncode=1), []),
        (Said(stdout=block_of(JOB)), [JOB.entry]),
    ],
)
def test_no_crontab_is_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, said: Said | None, entries: list[Entry]
) -> None:
    monkeypatch.setattr(programs, "run", lambda *_words: said)
    assert entries == Cron().entries()


def test_a_crontab_that_cannot_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines would be lost."""
    monkeypatch.setattr(programs, "run", lambda *_words: Said(stderr="you are\nnot allowed", returncode=1))
    with pytest.raises(RunFailed, match="the crontab cannot be read: you are not allowed; correct that"):
        Cron().install(JOB)


def test_cron_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crontab.shutil, "which", lambda _name: None)
    assert not Cron().answers()
    with pytest.raises(
        UserError, match="crontab is not installed; install the package cron, or use --kind systemd"
    ):
        Cron().must_answer()
