"""Automation workflows: a summary each, and a definition with tasks inside tasks.

Rows are kept as the dicts that the API serves. Knows no HTTP. Source of shapes: contract,
AutomationFlowSummaryDto and AutomationCampaign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import seeds
from .shapes import sample_row
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .nights import Night

Row = dict[str, Any]
FIRST_AUTOMATIONS = (
    ("Welcome series", "A greeting for new contacts 👋", "ACTIVE", "goal_welcome"),
    ("Birthday: Basic", "Send a greeting on or before the birthday", "ACTIVE", "goal_birthday"),
    ("Abandoned basket", "Reminds of what was left behind", "DRAFT", "goal_recover"),
)
TASK = """id:uuid name:text kind:send_email|wait|split event_condition:text queue_name:automation|email
 script:text task_provider_reference_key:code task_skip_condition:text
 correlation_metadata{campaign_activity_id:uuid} input{subject:text list:uuid} json_condition{path:text}
 output{result:text} metadata{action:add|remove create_from_scratch:bool kind:email|list list:uuid}
 retry_options{backoff_coefficient:int initial_interval:int maximum_attempts:int}
 timeout{amount:number time_unit:HOURS|DAYS}"""
COMPARISON = """argument:text array_argument[2]:text operator:EQUALS|CONTAINS property_name:text
 string_map_argument{custom_field_Id:uuid value:text} type:property"""
RULE = f"""compound_rule_type:AND|OR target:contact target_type:CONTACT type:compound
 property_comparison{{{COMPARISON}}}"""
TRIGGER = """parameters[2]{operator:IN|EQUALS parameter_name:list_ids|tag_ids parameter_list_value[2]:uuid
 parameter_string_value:text parameter_value{value:text} rule{kind:text} type:string|list}
 action_name:list_join|tag_add bounds{after:time before:time} engagement_level:SOMEWHAT|HIGHLY segment_id:code
 trigger_date{date_field:time day_field:birthday_day month_field:birthday_month type:DATE} type:Action
 unique_by:list_ids"""


def _task(seed: int, path: tuple[object, ...], at: int, depth: int) -> Row:
    """A task; a split has tasks in both of its branches, and a task of its own below it."""
    row = sample_row(TASK, seed, *path, at=at)
    if depth:
        for branch in ("child_tasks", "then", "else"):
            row[branch] = [_task(seed, (*path, branch), at, depth - 1)]
    return row


def _rule(seed: int, path: tuple[object, ...], at: int, depth: int) -> Row:
    row = sample_row(RULE, seed, *path, at=at)
    if depth:
        row |= {side: _rule(seed, (*path, side), at, depth - 1) for side in ("left", "right", "rule")}
    return row


def definition(seed: int, flow: Row, version: int, at: int, *, state: str) -> Row:
    """What an automation does, at a `version` that counts its edits."""
    path = ("automation", flow["id"], version, state)
    ids = {"automation_flow_id": flow["id"], "campaign_id": seeds.uuid_of(seed, *path, "campaign")}
    work: Row = {
        "parameters": ids | {"automation_flow_name": flow["name"], "discount_code": f"WELCOME{version}"},
        "correlation_metadata": ids | {"automation_template_id": flow["template_id"]},
        "tasks": [_task(seed, (*path, "task", k), at, depth=2 - k) for k in range(3)],
    }
    trigger: Row = {
        "trigger_def": sample_row(TRIGGER, seed, *path, "trigger", at=at),
        "trigger_filter": {"rule": _rule(seed, (*path, "rule"), at, depth=2), "version": "1.0.0"},
        "trigger_version": "1.0.0",
        "workflow_filter": f"version {version}",
    }
    work |= {
        "status": "SCHEDULED",
        "metadata": {"edits": version},
        "timeout": {"amount": 24.0 * version, "time_unit": "HOURS"},
        "upgradable": version > 1,
    }
    return {"state": state, "trigger": trigger, "workflow": {"workflow_def": work}}


class Automations:
    """`rows`: the summaries; `versions`: how often each was edited, by id."""

    def __init__(self, seed: int, now: int, *, bare: bool) -> None:
        self.seed = seed
        self.rows: list[Row] = []
        self._serial = 0
        self.versions: dict[str, tuple[int, int]] = {}
        for k, (name, description, status, goal) in enumerate(() if bare else FIRST_AUTOMATIONS):
            self.add(name, description, status=status, goal=goal, at=now - (200 - 30 * k) * DAY_S)

    def add(self, name: str, description: str, *, status: str, goal: str, at: int) -> Row:
        k = self._serial
        self._serial += 1
        row: Row = {
            "id": seeds.uuid_of(self.seed, "automation", k),
            "name": name,
            "description": description,
            "status": status,
            "active_state": "ACTIVE" if status == "ACTIVE" else "INACTIVE",
            "draft_state": "PROMOTED" if status == "ACTIVE" else "DRAFT",
            "created_by_id": f"{123_000_000 + k}",
            "created_date": _text(at),
            "update_date": _text(at + 3600),
            "template_id": seeds.uuid_of(self.seed, "template", k % 2),
            "structured_tags": [
                {"key": "GOAL", "value": goal, "display_value": goal.replace("_", " ").title()}
            ],
        }
        if status == "ACTIVE":
            row |= {"promoted_by_id": f"{456_000_000 + k}", "promoted_date": _text(at + 3600)}
        self.rows.append(row)
        self.versions[row["id"]] = (1, at)
        return row

    def edit(self, k: int, *, at: int, **fields: Any) -> None:
        """Change fields of a summary, and its definition; update_date moves."""
        row = self.rows[k] = self.rows[k] | fields | {"update_date": _text(at)}
        self.versions[row["id"]] = (self.versions[row["id"]][0] + 1, at)

    def remove(self, k: int) -> None:
        """An automation that is deleted is no longer listed."""
        del self.versions[self.rows.pop(k)["id"]]

    def detail(self, row: Row) -> Row:
        """The row of /automations/workflows/{id}; only an active one has an active definition."""
        version, at = self.versions[row["id"]]
        shown = {name: row[name] for name in ("id", "name", "description", "structured_tags", "status")}
        shown["name_explicitly_set"] = version > 1
        if row["status"] == "ACTIVE":
            shown["active_definition"] = definition(self.seed, row, version, at, state="ACTIVE")
        return shown | {"draft_definition": definition(self.seed, row, version, at, state=row["draft_state"])}

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        return {
            "automations": lambda: self.rows,
            "automation_definitions": lambda: (self.detail(row) for row in self.rows),
        }

    def live(self, night: Night) -> None:
        """Edited every third night, a new one or one less now and then."""
        if (number := night.happens("automation_edited", 3)) and self.rows:
            k = number % len(self.rows)
            name = self.rows[k]["name"].partition(" (v")[0]
            self.edit(k, name=f"{name} (v{night.number})", at=night.moment(number >> 8))
        if number := night.happens("automation_created", 9):
            goal = f"goal_{number % 100}"
            name = f"Path of night {night.number}"
            self.add(name, "From scratch", status="DRAFT", goal=goal, at=night.moment(number >> 8))
        if night.happens("automation_deleted", 13) and len(self.rows) > 2:
            self.remove(len(self.rows) - 1)


def _text(at: int) -> str:
    """As the API spells these dates: milliseconds and an offset."""
    return f"{seeds.stamp_ms(at)[:-1]}+00:00"
