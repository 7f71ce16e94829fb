"""A job of a folder whose name needs quoting."""

from pathlib import Path

from pipelines.constant_contact.schedule.job import Job

JOB = Job(
    folder=Path("/srv/zoë/my account"),
    state_dir=Path("/var/lib/ctct"),
    program=Path("/opt/ctct/bin/ctct"),
    at="03:30",
    profile="default",
    dataset="constant_contact",
)
