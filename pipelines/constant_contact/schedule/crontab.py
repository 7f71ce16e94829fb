"""A block of the user's crontab between two marks; all other lines stay as they are."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.schedule import programs
from pipelines.constant_contact.schedule.job import MARK, Entry, check_times, times

if TYPE_CHECKING:
    from pipelines.constant_contact.schedule.job import Job

KIND = "cron"
DAEMONS = frozenset({"cron", "crond", "fcron"})
"""Names of processes that obey a crontab."""
BLOCK = re.compile(
    rf"^{MARK} BEGIN (?P<name>\S+) (?P<comment>.*)\n(?:(?!{MARK}).*\n)*{MARK} END (?P=name)\n", re.MULTILINE
)
MARKS = re.compile(rf"^{MARK} (?:BEGIN|END) ", re.MULTILINE)


class Cron:
    """The crontab of this user."""

    kind = KIND

    def answers(self) -> bool:
        return shutil.which("crontab") is not None

    def must_answer(self) -> None:
        """Raises UserError."""
        if not self.answers():
            raise UserError("crontab is not installed; install the package cron, or use --kind systemd")

    def entries(self) -> list[Entry]:
        return [Entry.of(block["comment"]) for block in BLOCK.finditer(_text())]

    def preview(self, job: Job) -> str:
        return f"Block of the crontab:\n{block_of(job)}"

    def is_installed(self, job: Job) -> bool:
        return block_of(job) in [block[0] for block in BLOCK.finditer(_text())]

    def install(self, job: Job) -> None:
        text = _without(job.entry, _text())
        end = "" if not text or text.endswith("\n") else "\n"
        programs.must_work("crontab", "-", text=f"{text}{end}{block_of(job)}")

    def remove(self, entry: Entry) -> None:
        text = _without(entry, _text())
        if text:
            programs.must_work("crontab", "-", text=text)
        else:
            programs.must_work("crontab", "-r")

    def next_run(self, entry: Entry) -> str | None:
        now = datetime.now().astimezone()
        hour, minute = times(entry.at)
        due = now.replace(hour=hour, minute=minute, second=0)
        return (due if due > now else due + timedelta(days=1)).strftime("%Y-%m-%d %H:%M local time")

    def advice(self) -> list[str]:
        notes = [
            "cron leaves out what falls into hours when this machine is off; a systemd timer makes up for it"
        ]
        if not programs.runs(DAEMONS):
            notes.append(
                "no cron daemon seems to run here, and without one nothing starts; start it: service cron start"
            )
        return notes


def block_of(job: Job) -> str:
    """Cron ends a command at a plain `%` (man 5 crontab), and has one time zone: its own. So the run past midnight
    UTC is tried each hour, and the script looks at the clock.
    """
    entry = job.entry
    command = f"/bin/sh {shlex.quote(entry.script)}".replace("%", r"\%")
    hour, minute = times(entry.at)
    check_hour, check_minute = check_times(entry.at)
    return (
        f"{MARK} BEGIN {entry.name} {entry.comment}\n"
        f"{minute} {hour} * * * {command} sync\n"
        f"10 * * * * {command} midnight\n"
        f"{check_minute} {check_hour} * * * {command} check\n"
        f"{MARK} END {entry.name}\n"
    )


def _text() -> str:
    """The crontab. Raises RunFailed where it cannot be read: to write it then would lose its lines."""
    listed = programs.run("crontab", "-l")
    if listed is None or (listed.returncode and "no crontab" in listed.stderr):
        return ""
    if listed.returncode:
        said = " ".join(listed.stderr.split())
        raise RunFailed(f"the crontab cannot be read: {said}; correct that, or use --kind systemd")
    if 2 * len(BLOCK.findall(listed.stdout)) != len(MARKS.findall(listed.stdout)):
        raise UserError(
            f"a block of the crontab has lost one of its marks ({MARK} BEGIN ... END); delete what is left of it "
            "with crontab -e and run the command again"
        )
    return listed.stdout


def _without(entry: Entry, text: str) -> str:
    return BLOCK.sub(lambda block: "" if block["name"] == entry.name else block[0], text)
