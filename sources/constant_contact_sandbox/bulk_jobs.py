"""Bulk jobs of the account (imports, list changes, exports), as /activities shows them for ten days.

A job's state depends on the account's reproducible clock, so that two reads between two nights agree; an
export that a client asked for moves with each time its state is read. Knows no HTTP. Source of shapes:
contract, Activities and ActivityExportStatus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import seeds
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .nights import Night

Row = dict[str, Any]
MEMORY_S = 10 * DAY_S
STATES = ("processing", "completed", "cancelled", "failed", "timed_out")
FIRST_JOBS = 7
_SOURCES = ("contact_import.xlsx", "fair-visitors.csv", "file_less_import", "remove_list_members.csv")
_ERRORS = ("Row 3: the e-mail address is not valid.", "Row 17: the list does not exist.")


@dataclass(slots=True, kw_only=True)
class Job:
    """`ends_as`: the state that it comes to; `csv`: the file of an export, None for other jobs."""

    activity_id: str
    number: int
    created_at: int
    ends_as: str = "completed"
    csv: str | None = None
    reads_until_done: int = 0
    persons: int = 0
    reads: int = field(default=0)

    @property
    def takes_s(self) -> int:
        return 60 + self.number % 5400

    def state(self, now: int) -> str:
        if self.csv is not None and self.reads < self.reads_until_done:
            return "processing" if self.reads else "initialized"
        elapsed = now - self.created_at
        if self.csv is not None or elapsed >= self.takes_s:
            return self.ends_as
        return "processing" if elapsed * 4 >= self.takes_s else "initialized"

    def row(self, now: int) -> Row:
        """The row of /activities at `now`."""
        state = self.state(now)
        total = self.persons or 20 + self.number % 900
        finished = {"initialized": 0, "processing": total // 3, "completed": total}.get(state, total // 2)
        wrong = self.number % 3 if self.ends_as == "completed" else 2
        row: Row = {
            "activity_id": self.activity_id,
            "state": state,
            "created_at": seeds.stamp_ms(self.created_at),
            "updated_at": seeds.stamp_ms(min(now, self.created_at + self.takes_s)),
            "percent_done": 100 * finished // total,
            "activity_errors": list(_ERRORS[:wrong]) if state in STATES[1:] else [],
            "status": {"items_total_count": total, "items_completed_count": finished},
            "_links": self._links(state),
        }
        if state != "initialized":
            row["started_at"] = seeds.stamp_ms(self.created_at + self.takes_s // 4)
        if state in STATES[1:]:
            row["completed_at"] = row["updated_at"]
        return row if self.csv is not None else row | self._of_import(row["status"], total, wrong)

    def _of_import(self, status: Row, total: int, wrong: int) -> Row:
        counts = {
            "error_count": wrong,
            "correctable_count": wrong // 2,
            "cannot_add_to_list_count": wrong % 2,
        }
        counts |= {"person_count": total - wrong, "list_count": 1 + self.number % 3}
        return {"source_file_name": _SOURCES[self.number % len(_SOURCES)], "status": status | counts}

    def _links(self, state: str) -> Row:
        links = {"self": {"href": f"/v3/activities/{self.activity_id}"}}
        if self.csv is not None and state == "completed":
            links["results"] = {"href": f"/v3/contact_exports/{self.activity_id}"}
        return links


class BulkJobs:
    """All jobs that the account ever had, oldest first."""

    def __init__(self, seed: int, now: int, *, bare: bool) -> None:
        self.seed = seed
        self.jobs: list[Job] = []
        for k in range(0 if bare else FIRST_JOBS):
            at = now - (FIRST_JOBS - k) * 2 * DAY_S + DAY_S
            self.add(at=at, ends_as=STATES[1:][k % 4] if k % 2 else "completed", csv="" if k == 4 else None)

    def add(
        self, *, at: int, ends_as: str = "completed", csv: str | None = None, persons: int = 0, reads: int = 0
    ) -> Job:
        """A new job; one with `csv` is an export, which is done when it was asked for `reads` times."""
        k = len(self.jobs)
        job = Job(
            activity_id=seeds.uuid_of(self.seed, "job", k),
            number=seeds.word(self.seed, "job", k, "number"),
            created_at=at,
            ends_as=ends_as,
            csv=csv,
            reads_until_done=reads,
            persons=persons,
        )
        self.jobs.append(job)
        return job

    def find(self, activity_id: str, now: int) -> Job | None:
        """A job that is still remembered."""
        return next((j for j in self.remembered(now) if j.activity_id == activity_id), None)

    def remembered(self, now: int) -> list[Job]:
        """Jobs of the last ten days, newest first."""
        return [job for job in reversed(self.jobs) if job.created_at > now - MEMORY_S]

    def tables(self, now: Callable[[], int]) -> dict[str, Callable[[], Iterable[Row]]]:
        return {"bulk_activities": lambda: (job.row(now()) for job in self.remembered(now()))}

    def live(self, night: Night) -> None:
        """A job every other night; one in eight does not complete, one in four is an export."""
        if number := night.happens("job_created", 2):
            ends_as = STATES[1 + number % 4] if number >> 8 & 7 == 0 else "completed"
            csv = "Email address\n" if number >> 11 & 3 == 0 else None
            self.add(at=night.moment(number >> 16), ends_as=ends_as, csv=csv)
