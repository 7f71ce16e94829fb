"""Prefect 3: the sync every night; a sync that the quota stopped schedules its own continuation.

`python prefect_flow.py` serves it. Prefect and ctct may live in environments of their own. Two variables say where ctct
is: CTCT (the program, else `ctct` of the path) and CTCT_FOLDER (the folder with `.dlt/`, else /srv/ctct). Secrets stay
in that folder.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.deployments import run_deployment

CTCT = os.environ.get("CTCT", "ctct")
FOLDER = os.environ.get("CTCT_FOLDER", "/srv/ctct")
FAILED, NOT_FINISHED = 1, 75
BUSY_PAUSE = dt.timedelta(minutes=15)
"""Until the next try where the warehouse was in use; where the quota is spent, the answer says when it is new."""


class CtctError(RuntimeError):
    """The message says why."""

    def __init__(self, reason: str, *, code: int) -> None:
        super().__init__(reason)
        self.code = code


def ctct(*words: str) -> subprocess.CompletedProcess[str]:
    """Progress and warnings go to the standard error of the worker."""
    return subprocess.run([CTCT, *words], cwd=FOLDER, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603


def is_worth_a_retry(_task: object, _run: object, state: Any) -> bool:
    """A wrong configuration stays wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, CtctError) and error.code == FAILED


@task(retries=2, retry_delay_seconds=600, retry_condition_fn=is_worth_a_retry)
def sync() -> dict[str, Any]:
    """The object that `ctct sync --json` prints, of a sync that is complete or not finished."""
    done = ctct("sync", "--json")
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    if done.returncode not in (0, NOT_FINISHED):
        raise CtctError(
            answer.get("reason") or f"ctct ended with exit code {done.returncode}", code=done.returncode
        )
    return answer


@task
def check_freshness() -> None:
    """Fails, and sends the alert, where no sync was complete for 26 hours."""
    if code := ctct("status", "--max-age", "26h", "--notify").returncode:
        raise CtctError("the data is stale or cannot be read", code=code)


@flow(log_prints=True)
def constant_contact() -> None:
    """Read what changed, load it, check it, build the marts."""
    answer = sync()
    if answer["status"] == "complete":
        get_run_logger().info("%s requests, rows: %s", answer["requests"]["sent"], answer["rows"])
        return
    after = answer.get("resume_after")
    again = dt.datetime.fromisoformat(after) if after else dt.datetime.now(dt.UTC) + BUSY_PAUSE
    get_run_logger().warning("not finished (%s), goes on at %s", answer["reason"], again)
    if runtime.deployment.id:
        run_deployment(runtime.deployment.id, scheduled_time=again, timeout=0)


@flow
def constant_contact_freshness() -> None:
    """A sync that never ran cannot report itself."""
    check_freshness()


if __name__ == "__main__":
    from prefect import serve

    serve(
        constant_contact.to_deployment("nightly", cron="30 3 * * *", concurrency_limit=1),
        constant_contact_freshness.to_deployment("morning", cron="30 7 * * *"),
    )
