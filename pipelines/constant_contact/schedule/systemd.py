"""Units of the user's systemd: one service that is started in three ways, and a timer for each of them."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.schedule import programs
from pipelines.constant_contact.schedule.job import MARK, Entry, check_times, times

if TYPE_CHECKING:
    from pipelines.constant_contact.schedule.job import Job

KIND = "systemd"
SERVICE = """\
{mark} {comment}
[Unit]
Description=Constant Contact pipeline (%i), folder {folder}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart=/bin/sh {script} %i
SuccessExitStatus=75
"""
TIMER = """\
[Unit]
Description=Constant Contact pipeline ({how})

[Timer]
Unit={name}@{how}.service
OnCalendar={when}
Persistent=true
RandomizedDelaySec=120

[Install]
WantedBy=timers.target
"""


class Systemd:
    """The units of this user."""

    kind = KIND

    def answers(self) -> bool:
        asked = programs.run("systemctl", "--user", "show-environment")
        return asked is not None and asked.returncode == 0

    def must_answer(self) -> None:
        """Raises UserError where there is no systemctl. Without a running manager, units wait for the next login."""
        if programs.run("systemctl", "--version") is None:
            raise UserError("systemctl is not installed; use --kind cron")

    def entries(self) -> list[Entry]:
        units = sorted(_folder().glob("ctct-*@.service"))
        firsts = [unit.read_text(encoding="utf-8").partition("\n")[0] for unit in units]
        return [Entry.of(first.removeprefix(MARK)) for first in firsts if first.startswith(MARK)]

    def preview(self, job: Job) -> str:
        return "\n".join(f"File {path}:\n{text}" for path, text in units_of(job).items())

    def is_installed(self, job: Job) -> bool:
        wants = _folder() / "timers.target.wants"
        enabled = all((wants / timer).is_symlink() for timer in _timers(job.entry))
        return enabled and all(_read(path) == text for path, text in units_of(job).items())

    def install(self, job: Job) -> None:
        for path, text in units_of(job).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if self.answers():
            programs.must_work("systemctl", "--user", "daemon-reload")
            programs.must_work("systemctl", "--user", "enable", *_timers(job.entry))
            programs.must_work(
                "systemctl", "--user", "restart", *_timers(job.entry)
            )  # takes a new time along
        else:
            programs.must_work("systemctl", "--user", "enable", *_timers(job.entry), SYSTEMD_OFFLINE="1")

    def remove(self, entry: Entry) -> None:
        running = self.answers()
        if running:
            programs.must_work("systemctl", "--user", "disable", "--now", *_timers(entry))
        for timer in _timers(entry):
            (_folder() / "timers.target.wants" / timer).unlink(missing_ok=True)
            (_folder() / timer).unlink(missing_ok=True)
        (_folder() / f"{entry.name}@.service").unlink(missing_ok=True)
        if running:
            programs.must_work("systemctl", "--user", "daemon-reload")

    def next_run(self, entry: Entry) -> str | None:
        asked = programs.run(
            "systemctl",
            "--user",
            "show",
            f"{entry.name}-sync.timer",
            "-p",
            "NextElapseUSecRealtime",
            "--value",
        )
        return (asked.stdout.strip() or None) if asked is not None and asked.returncode == 0 else None

    def advice(self) -> list[str]:
        """A user's timers stop when the user has no session, unless lingering is on (man loginctl)."""
        said = (
            []
            if self.answers()
            else ["systemd does not run for this user now; the timers start at the next login"]
        )
        lingers = _lingers()
        if lingers:
            return said
        command = f"loginctl enable-linger {getpass.getuser()}"
        how = "cannot be checked" if lingers is None else "is off"
        return [
            *said,
            f"lingering {how}: timers stop when you log out; to let them run on: {command}",
        ]


def units_of(job: Job) -> dict[Path, str]:
    """File -> text. See man systemd.service, "Command lines", and systemd.unit, "Specifiers", for what is escaped."""
    entry = job.entry
    hour, minute = times(entry.at)
    check_hour, check_minute = check_times(entry.at)
    when = {
        "sync": f"*-*-* {hour:02}:{minute:02}:00",
        "again": "*-*-* 00:10:00 UTC",
        "check": f"*-*-* {check_hour:02}:{check_minute:02}:00",
    }
    service = SERVICE.format(
        mark=MARK,
        comment=entry.comment,
        folder=entry.folder.replace("%", "%%"),
        script=_quoted(entry.script),
    )
    timers = {
        _folder() / f"{entry.name}-{how}.timer": TIMER.format(name=entry.name, how=how, when=at)
        for how, at in when.items()
    }
    return {_folder() / f"{entry.name}@.service": service, **timers}


def _quoted(text: str) -> str:
    escaped = text.replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _timers(entry: Entry) -> list[str]:
    return [f"{entry.name}-{how}.timer" for how in ("sync", "again", "check")]


def _folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _lingers() -> bool | None:
    """None: nobody can say."""
    try:
        asked = programs.run("loginctl", "show-user", getpass.getuser(), "-p", "Linger", "--value")
    except RunFailed:
        return None
    return None if asked is None or asked.returncode else asked.stdout.strip() == "yes"
