"""What a plan says: its days, its error, its JSON and its lines."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from plan_samples import NOW, QUIET, Api, Loaded, a_campaign, listed, planned, requests_of
from rich.console import Console

from pipelines.constant_contact.planning import cost
from pipelines.constant_contact.planning.plan import Allowance, to_json
from pipelines.constant_contact.planning.probe import remember, take_remembered
from pipelines.constant_contact.planning.view import render, totals

if TYPE_CHECKING:
    from pathlib import Path


def test_a_selection_leaves_the_rest_out() -> None:
    """
    Only what is selected is asked about and planned.
    """
    api = Api()
    made = planned(api, Loaded([a_campaign(1)]), select=("contact_lists",))
    assert (requests_of(made), api.asked) == ({"contact_lists": 2}, [])


def test_refused_questions_leave_a_plan() -> None:
    """
    A plan survives answers it may not have; what it cannot know it does not count.
    """
    made = planned(Api(refuses=("/reports", "/contacts")), Loaded([a_campaign(1)], segments=2))
    assert requests_of(made) == QUIET


def test_a_backfill_says_how_many_days_it_takes() -> None:
    """
    What today's rest does not cover is spread over the days that follow.
    """
    allowance = Allowance(per_second=4, per_day=1_000, remaining_today=100)
    made = planned(Api(contacts={"": 1_000_000}), allowance=allowance, select=("contacts",))
    assert (made.requests, made.days) == (2_002, 3)
    assert "It takes 3 days" in "\n".join(totals(made))


def test_the_error_of_an_estimate_is_signed() -> None:
    """
    Foretelling too much is above 0; without a plan or without spending there is no error.
    """
    assert [cost.error(110, 100), cost.error(90, 100), cost.error(None, 5), cost.error(5, 0)] == [
        pytest.approx(0.1),
        pytest.approx(-0.1),
        None,
        None,
    ]


def test_an_estimate_is_taken_once_on_its_day_for_its_resources(tmp_path: Path) -> None:
    """
    A run finds the plan of the same UTC day and selection, and the next run does not find it again.
    """
    made = planned(Api(), Loaded([a_campaign(1)], segments=2))
    wanted, path = frozenset({"contacts"}), tmp_path / "work" / "plan.json"
    remember(made, wanted, path)
    assert take_remembered(wanted, path, now=NOW.add(hours=3)) == made.requests
    assert take_remembered(wanted, path, now=NOW.add(hours=3)) is None
    remember(made, wanted, path)
    assert take_remembered(wanted, path, now=NOW.add(days=1)) is None
    remember(made, wanted, path)
    assert take_remembered(frozenset({"segments"}), path, now=NOW) is None


def test_the_json_holds_every_line_and_the_totals() -> None:
    """
    The JSON is one object whose resources add up to its requests.
    """
    made = planned(Api(contacts={"updated_after": 700}), Loaded([a_campaign(1)], segments=2))
    found = json.loads(to_json(made))
    assert sum(line["requests"] for line in found["resources"]) == found["requests"] == made.requests
    assert (found["days"], found["requests_spent"], found["seconds"]) == (
        1,
        made.requests_spent,
        round(made.seconds, 1),
    )


def test_the_plan_fits_a_terminal_of_80_columns() -> None:
    """
    Drawn at 80 columns no line is wider, and no resource name is cut.
    """
    made = planned(
        Api(contacts={"": 1_000_000}, campaigns=[listed(a_campaign(n)) for n in range(40)]),
        allowance=Allowance(per_second=4, per_day=10_000, remaining_today=0),
    )
    stream = io.StringIO()
    Console(file=stream, width=80).print(render(made))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert {line.resource for line in made.lines} <= {line.split(" ")[0] for line in lines if line}
