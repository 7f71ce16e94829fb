"""`ctct sync` for several profiles: one after the other, the oldest success first, with fair shares of the day."""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.command_line import exit_code, sentence_of, worst
from pipelines.constant_contact.commands import carried_out, quiet_libraries
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.target import default_dataset
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.run_json import as_object, unfinished
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.events import EXIT_CODES, PARTIAL_EXIT_CODE
from pipelines.constant_contact.profiles.board import board_of
from pipelines.constant_contact.profiles.round import Round
from pipelines.constant_contact.profiles.selection import selected
from pipelines.constant_contact.profiles.shares import MIN_REST, share
from pipelines.constant_contact.request import load_settings
from pipelines.constant_contact.sync.ending import never_begun
from pipelines.constant_contact.sync.records import keep
from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.events import Cause, RunResult
    from pipelines.constant_contact.profiles.round import Claim
    from pipelines.constant_contact.profiles.selection import Selected
    from pipelines.constant_contact.request import SyncRequest

STATUS_OF = {0: "complete", PARTIAL_EXIT_CODE: "partial"}
ELSEWHERE = "elsewhere"
"""Of a profile that another process has run, or runs now."""


def sync_profiles(wanted: SyncRequest, names: Sequence[str], *, as_json: bool) -> int:
    """`wanted`: for each of them, but for its profile and dataset; its `max_requests` is for all together."""
    quiet_libraries()
    chosen = selected(names)
    several = _Several(wanted=wanted, names=names, chosen=chosen, as_json=as_json)
    for name, error in chosen.refused.items():
        several.refuse(name, error)
    keys = {name: own.connection().key for name, own in chosen.ready.items()}
    with Round(board_of(load_settings()), keys) as shared:
        while (claim := shared.claim(several.grant, MIN_REST)) is not None:
            several.take(shared, claim)
    return several.ended()


@dataclass(kw_only=True)
class _Several:
    """What came of the profiles so far."""

    wanted: SyncRequest
    names: Sequence[str]
    chosen: Selected
    as_json: bool
    sent: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    cut: dict[str, RunResult] = field(default_factory=dict)
    """Of profiles that may go on with what others leave."""

    def grant(self, profile: str, reserved: int, waiting: int) -> int:
        with closing(Budget.of(self.chosen.ready[profile].connection())) as budget:
            left = budget.remaining_today()
        if self.wanted.max_requests is not None:
            left = min(left, self.wanted.max_requests - self.sent)
        return share(left=left, reserved=reserved, waiting=waiting)

    def take(self, shared: Round, claim: Claim) -> None:
        """Run a claimed profile, and say what came of it unless it may go on."""
        if not claim.share:
            shared.put_back(claim.profile)
            self.cut[claim.profile] = self._not_begun(claim.profile)
            return
        log_lines.note(f"\nProfile {claim.profile}: up to {claim.share:,} requests")
        try:
            result = self._run(claim)
        except Exception as error:  # noqa: BLE001 the profile fails with it, the others go on
            shared.finish(claim.profile, pendulum.now("UTC"), complete=False, cut=False)
            self.refuse(claim.profile, error)
            return
        is_cut = result.cause == "requests"
        shared.finish(claim.profile, result.ended_at, complete=result.status == "complete", cut=is_cut)
        if is_cut:
            self.cut[claim.profile] = result
        else:
            self._say(result)

    def _run(self, claim: Claim) -> RunResult:
        dataset = default_dataset(claim.profile)
        target = replace(self.wanted.target, profile=claim.profile, dataset=dataset)
        request = replace(self.wanted, target=target, max_requests=claim.share)
        result = carried_out(request, quiet=self.as_json)
        self.sent += result.requests_sent
        earlier = self.cut.pop(claim.profile, None)
        return result if earlier is None or not earlier.requests_sent else _joined(earlier, result)

    def _not_begun(self, profile: str) -> RunResult:
        """Recorded by the next run of the profile."""
        own = self.chosen.ready[profile].connection()
        target = replace(self.wanted.target, profile=profile, dataset=default_dataset(profile))
        limit = self.wanted.max_requests
        is_capped = limit is not None and self.sent >= limit
        reason = (
            f"the cap of {limit:,} requests was reached before; run again to go on"
            if is_capped
            else "nothing is left of the day's requests for this profile; it is among the first next time"
        )
        cause: Cause = "requests" if is_capped else "quota"
        result = never_begun(own, reason, pendulum.now("UTC"), cause=cause)
        keep(locate(target).state_folder, result, own.key)
        return result

    def refuse(self, profile: str, error: Exception) -> None:
        """What a person must put right first, or a defect with its traceback."""
        known = isinstance(error, UserError | ApiError)
        if not known:
            sys.stderr.write("".join(traceback.format_exception(error)))
            error = RunFailed(f"the program stopped at an unexpected error ({type(error).__name__})")
        code, sentence = exit_code(error), sentence_of(error)
        self.codes[profile] = code
        log_lines.say(f"profile {profile}: {sentence}")
        self._write(unfinished(sentence, code, profile=profile))

    def _say(self, result: RunResult) -> None:
        self.codes[result.profile] = EXIT_CODES[result.status]
        self._write(as_object(result))

    def ended(self) -> int:
        """Say what is not said yet, and the end of all. Returns the exit code."""
        for result in self.cut.values():
            self._say(result)
        code = worst(self.codes.values())
        statuses = {name: self._status(name) for name in self.names}
        self._write({"status": STATUS_OF.get(code, "failed"), "profiles": statuses, "exit_code": code})
        width = max(map(len, self.names))
        log_lines.note("\n" + "\n".join(f"{name:{width}}  {status}" for name, status in statuses.items()))
        return code

    def _status(self, name: str) -> str:
        code = self.codes.get(name)
        return ELSEWHERE if code is None else STATUS_OF.get(code, "failed")

    def _write(self, fields: dict[str, Any]) -> None:
        if self.as_json:
            sys.stdout.write(json.dumps(fields) + "\n")
            sys.stdout.flush()


def _joined(first: RunResult, then: RunResult) -> RunResult:
    """One account's runs of one round as one result."""

    def added(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}

    return replace(
        then,
        started_at=first.started_at,
        requests_sent=first.requests_sent + then.requests_sent,
        rows=added(dict(first.rows), dict(then.rows)),
        seconds=added(dict(first.seconds), dict(then.seconds)),
        warnings=tuple(dict.fromkeys((*first.warnings, *then.warnings))),
    )
