"""What is scheduled: one folder's sync, as a shell script that every scheduler calls.

The script is the one place where folders and options are quoted for a shell; units and crontab lines name only it.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.constant_contact.errors import UserError

MAX_AGE = "26h"
CHECK_AFTER_H = 4
"""Hours from the sync to the check. The last complete run is then older than MAX_AGE where tonight's is missing."""
MARK = "# ctct schedule"
"""Begins the comment that holds an entry, in units and crontabs."""

SCRIPT = """\
#!/bin/sh
# Written by ctct schedule install; ctct schedule remove deletes it.
# sync: run now. again: run if the last run ended with 75. midnight: again, in the first hour of the day in UTC.
cd -- {folder} || exit 2
log={log}
last={last}
[ "$(wc -c 2>/dev/null <"$log" || echo 0)" -lt 5000000 ] || mv -f -- "$log" "$log.1"
(umask 077 && : >>"$log" && : >>"$last") || exit 2
case "$1" in
midnight) [ "$(date -u +%H)" = 00 ] && [ "$(cat "$last")" = 75 ] || exit 0 ;;
again) [ "$(cat "$last")" = 75 ] || exit 0 ;;
esac
exec 3>&1 >>"$log" 2>&1
echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1"
if [ "$1" = check ]; then
    {status}
    code=$?
    [ "$code" = 0 ] || printf '%s\\n' "ctct: the data is stale or cannot be read (exit $code), see $log" >&3
    exit "$code"
fi
: >"$last"
{sync} 3>&-
code=$?
echo "$code" >"$last"
exit "$code"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is installed, as its own comment says."""

    name: str
    folder: str
    profile: str
    dataset: str
    at: str
    """Local time, HH:MM."""
    script: str

    @property
    def comment(self) -> str:
        """As JSON in ASCII: no line break and no special letter is in it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, comment: str) -> Entry:
        return cls(**json.loads(comment))

    @property
    def log(self) -> Path:
        return Path(self.script).with_suffix(".log")

    @property
    def last_exit(self) -> Path:
        return Path(self.script).with_suffix(".exit")

    @property
    def files(self) -> tuple[Path, ...]:
        """All that the script is and leaves."""
        return Path(self.script), self.log, Path(f"{self.log}.1"), self.last_exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A sync to schedule."""

    folder: Path
    state_dir: Path
    program: Path
    """The running `ctct`."""
    at: str
    profile: str
    dataset: str
    options: tuple[str, ...] = ()
    """Of the sync."""
    status_options: tuple[str, ...] = ()
    max_age: str = MAX_AGE
    """Of the last complete run; beyond it the check sends the alert of stale data."""

    @property
    def entry(self) -> Entry:
        key = json.dumps([str(self.folder), self.profile, self.dataset])
        name = f"ctct-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        script = self.state_dir / "schedule" / f"{name}.sh"
        return Entry(
            name=name,
            folder=str(self.folder),
            profile=self.profile,
            dataset=self.dataset,
            at=self.at,
            script=str(script),
        )

    @property
    def script(self) -> str:
        entry, program = self.entry, str(self.program)
        return SCRIPT.format(
            folder=shlex.quote(entry.folder),
            log=shlex.quote(str(entry.log)),
            last=shlex.quote(str(entry.last_exit)),
            sync=shlex.join((program, "sync", *self.options)),
            status=shlex.join(
                (program, "status", "--max-age", self.max_age, "--notify", *self.status_options)
            ),
        )


def must_be_writable(path: Path) -> None:
    """Raises UserError for a path that units and crontabs cannot name: neither has a safe way to write it."""
    text = str(path)
    if not text.isprintable() or "\\" in text or text != text.strip():
        raise UserError(
            f"{text!r} cannot be scheduled: its name has a backslash, a control character or a blank at its end; "
            "use a folder with another name"
        )


def times(at: str) -> tuple[int, int]:
    """Hour and minute of HH:MM. Raises UserError."""
    hour, colon, minute = at.partition(":")
    fits = colon and all(part.isascii() and part.isdigit() and len(part) == 2 for part in (hour, minute))  # noqa: PLR2004
    if not fits or int(hour) > 23 or int(minute) > 59:  # noqa: PLR2004 - a clock
        raise UserError(f"--at {at!r} is no time of day; write it like 03:30")
    return int(hour), int(minute)


def check_times(at: str) -> tuple[int, int]:
    """Hour and minute of the check that follows the sync."""
    hour, minute = times(at)
    return (hour + CHECK_AFTER_H) % 24, minute
