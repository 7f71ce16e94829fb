"""What `ctct schedule install`, `show` and `remove` do: choose, show, ask, write, say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from pipelines.constant_contact import files, program
from pipelines.constant_contact.destinations.target import DUCKDB
from pipelines.constant_contact.display.folded import folded
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.schedule.crontab import Cron
from pipelines.constant_contact.schedule.job import MAX_AGE, Job, must_be_writable, times
from pipelines.constant_contact.schedule.systemd import Systemd

if TYPE_CHECKING:
    from pipelines.constant_contact.schedule.job import Entry

ONLY_HERE = ("SOURCES__", "DESTINATION__", "DLT_DATA_DIR")
"""Begins of variables that the sync reads and a schedule does not have."""


class Scheduler(Protocol):
    """What runs commands at times."""

    kind: str

    def answers(self) -> bool: ...
    def must_answer(self) -> None: ...
    def entries(self) -> list[Entry]: ...
    def preview(self, job: Job) -> str: ...
    def is_installed(self, job: Job) -> bool: ...
    def install(self, job: Job) -> None: ...
    def remove(self, entry: Entry) -> None: ...
    def next_run(self, entry: Entry) -> str | None: ...
    def advice(self) -> list[str]: ...


def install(
    *,
    kind: Literal["systemd", "cron"] | None,
    at: str,
    profile: str | None,
    destination: str | None,
    dataset: str | None,
    wait: str | None,
    yes: bool,
    brief: bool = False,
) -> int:
    """Raises UserError where nothing can be scheduled, or nobody said yes. `brief`: do not show what is written."""
    scheduler = _scheduler(kind)
    job = _job(at=at, profile=profile, destination=destination, dataset=dataset, wait=wait)
    doubles = [(one, entry) for one, entry in _installed() if entry.name == job.entry.name]
    moved = [
        (one, entry)
        for one, entry in doubles
        if (one.kind, entry.script) != (scheduler.kind, job.entry.script)
    ]
    if not moved and scheduler.is_installed(job) and _script_is(job):
        _tell(f"Already installed as {scheduler.kind} entry {job.entry.name}; nothing to change.")
        return 0
    if not brief:
        _say(f"File {job.entry.script}:\n{job.script}\n{scheduler.preview(job)}")
    for one, _ in doubles:
        _tell(f"This replaces the {one.kind} entry of the same folder, profile and dataset.")
    _agreed(yes=yes)
    for one, entry in moved:
        one.remove(entry)
        if entry.script != job.entry.script:
            _delete_files(entry)
    _write_script(job)
    scheduler.install(job)
    _tell(f"Installed as a {scheduler.kind} entry: every day at {at}. Log: {job.entry.log}")
    for line in (*_only_here(), *scheduler.advice()):
        _tell(f"Note: {line}")
    return 0


def show(*, profile: str | None, everything: bool) -> int:
    shown = [
        (one, entry)
        for one, entry in _installed()
        if (everything or entry.folder == str(Path.cwd())) and profile in (None, entry.profile)
    ]
    if not shown:
        whose = "" if profile is None else f" for profile {profile}"
        where = whose if everything else f"{whose} for the folder {Path.cwd()}"
        _tell(f"No schedule is installed{where}; install one with ctct schedule install")
    for scheduler, entry in shown:
        last = entry.last_exit.read_text(encoding="utf-8").strip() if entry.last_exit.exists() else ""
        _say(f"{entry.folder}  every day at {entry.at} by {scheduler.kind}, entry {entry.name}")
        _say(f"  profile {entry.profile}, dataset {entry.dataset}")
        _say(f"  next run {scheduler.next_run(entry) or 'not known'}, last exit code {last or 'none yet'}")
        _say(f"  log {entry.log}")
        for line in scheduler.advice():
            _tell(f"  note: {line}")
    return 0


def remove(*, profile: str | None, dataset: str | None) -> int:
    """All entries of this folder, or only those of a profile or a dataset."""
    found = [
        (one, entry)
        for one, entry in _installed()
        if entry.folder == str(Path.cwd())
        and profile in (None, entry.profile)
        and dataset in (None, entry.dataset)
    ]
    if not found:
        _tell(
            f"No schedule is installed for the folder {Path.cwd()}; ctct schedule show --all lists the others"
        )
    for scheduler, entry in found:
        scheduler.remove(entry)
        _delete_files(entry)
        _tell(f"Removed the {scheduler.kind} entry {entry.name}, its script and its log.")
    return 0


def _scheduler(kind: str | None) -> Scheduler:
    """Raises UserError."""
    known: tuple[Scheduler, ...] = (Systemd(), Cron())
    if kind is not None:
        [scheduler] = [one for one in known if one.kind == kind]
        scheduler.must_answer()
        return scheduler
    for scheduler in known:
        if scheduler.answers():
            return scheduler
    raise UserError(
        "neither systemd nor crontab runs for this user; let another scheduler run ctct sync in this folder every day"
    )


def _installed() -> list[tuple[Scheduler, Entry]]:
    known: tuple[Scheduler, ...] = (Systemd(), Cron())
    return [(one, entry) for one in known for entry in one.entries()]


def _job(
    *, at: str, profile: str | None, destination: str | None, dataset: str | None, wait: str | None
) -> Job:
    """Raises UserError for what the sync would not take."""
    from pipelines.constant_contact import request  # noqa: PLC0415 - dlt

    times(at)
    target = request.target_of(profile=profile, destination=destination or DUCKDB, dataset=dataset)
    own = request.load_settings(target.profile)
    request.patience_of(own, wait, lambda _why, _left_s: None)
    folder, state_dir, ctct = Path.cwd(), own.connection().state_dir.absolute(), _program()
    for path in (folder, state_dir, ctct):
        must_be_writable(path)
    which = [
        *(("--profile", profile) if profile else ()),
        *(("--destination", destination) if destination else ()),
        *(("--dataset", dataset) if dataset else ()),
    ]
    return Job(
        folder=folder,
        state_dir=state_dir,
        program=ctct,
        at=at,
        profile=target.profile,
        dataset=target.dataset,
        options=(*which, *(("--wait", wait) if wait else ())),
        status_options=tuple(which),
        max_age=_max_age(target.profile),
    )


def _max_age(profile: str) -> str:
    """The setting `stale_after` as an option. Raises UserError for alerts that are configured wrongly."""
    from pipelines.constant_contact.notify.settings import read_notify  # noqa: PLC0415 - the load tool

    stale_after = read_notify(profile).stale_after
    return MAX_AGE if stale_after is None else f"{stale_after.total_seconds():.0f}s"


def _program() -> Path:
    """The `ctct` that runs now, by its absolute path. Raises UserError."""
    found = program.path()
    if found is None:
        raise UserError(
            "the program ctct is not found; install the package, then run its ctct schedule install"
        )
    return found


def _script_is(job: Job) -> bool:
    script = Path(job.entry.script)
    return script.exists() and script.read_text(encoding="utf-8") == job.script


def _write_script(job: Job) -> None:
    script = Path(job.entry.script)
    try:
        with files.private():
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(job.script, encoding="utf-8")
            job.entry.log.touch()
    except OSError as error:
        raise UserError(
            f"{script} cannot be written: {error.strerror}; correct that, or set state_dir to another folder"
        ) from error


def _delete_files(entry: Entry) -> None:
    for file in entry.files:
        file.unlink(missing_ok=True)
    folder = Path(entry.script).parent
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _agreed(*, yes: bool) -> None:
    """Raises UserError where the answer is no, or nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("nothing is installed: nobody can be asked here; look at it above and add --yes")
    sys.stdout.write("Install this? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UserError("nothing is installed; run the command again and answer y to install it")


def _only_here() -> list[str]:
    names = sorted(name for name in os.environ if name.startswith(ONLY_HERE))
    if not names:
        return []
    return [f"a schedule does not have this shell's {', '.join(names)}; write what it needs into .dlt/"]


def _say(text: str) -> None:
    """As it is: what a file will hold."""
    sys.stdout.write(f"{text}\n")


def _tell(sentence: str) -> None:
    _say(folded(sentence, sys.stdout))
