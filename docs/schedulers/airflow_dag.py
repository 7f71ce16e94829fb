"""Airflow 3: the sync every night, and later a check that the data is fresh, as a DAG of its own.

Airflow and ctct live in environments of their own. Two variables of the worker say where ctct is: CTCT (the program,
else `ctct` of the path) and CTCT_FOLDER (the folder with `.dlt/`, else /srv/ctct). Secrets stay in that folder.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

CTCT = os.environ.get("CTCT", "ctct")
FOLDER = os.environ.get("CTCT_FOLDER", "/srv/ctct")
WRONG_CONFIGURATION, NOT_FINISHED = 2, 75
BUSY_PAUSE = timedelta(minutes=15)
"""Until the next try where the warehouse was in use; where the quota is spent, the answer says when it is new."""


def ctct(*words: str) -> subprocess.CompletedProcess[str]:
    """Progress and warnings go to the log of the task."""
    return subprocess.run([CTCT, *words], cwd=FOLDER, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603


@dag(
    dag_id="constant_contact",
    schedule="30 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
)
def constant_contact() -> None:
    """Read what changed, load it, check it, build the marts."""

    @task
    def sync() -> dict[str, Any]:
        """A sync that the quota stopped goes on by itself once the quota is new; no worker waits for that."""
        done = ctct("sync", "--json")
        answer = json.loads(done.stdout or "{}")
        if done.returncode == NOT_FINISHED:
            after = answer.get("resume_after")
            raise AirflowRescheduleException(
                pendulum.parse(after) if after else pendulum.now("UTC") + BUSY_PAUSE
            )
        if done.returncode == WRONG_CONFIGURATION:
            raise AirflowFailException(answer.get("reason") or "see the log; `ctct check` says what to do")
        if done.returncode:
            raise RuntimeError(answer.get("reason") or f"ctct ended with exit code {done.returncode}")
        return {"requests": answer["requests"], "rows": answer["rows"]}

    sync()


@dag(
    dag_id="constant_contact_freshness",
    schedule="30 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
)
def constant_contact_freshness() -> None:
    """A sync that never ran cannot report itself."""

    @task
    def check() -> None:
        if ctct("status", "--max-age", "26h", "--notify").returncode:
            raise AirflowFailException("the data is stale or cannot be read; see the log of constant_contact")

    check()


constant_contact()
constant_contact_freshness()
