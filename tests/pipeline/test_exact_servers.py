"""Servers that answer the open questions otherwise than the sandbox does: nights hold what can be held."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sources.constant_contact_sandbox import routes
from sources.constant_contact_sandbox.faults import Reply, error, json_reply

if TYPE_CHECKING:
    from accounts import Quick

    from sources.constant_contact_sandbox import Sandbox

Query = dict[str, str]
Rule = Callable[[str, Query], Reply | None]
"""(path, query) -> the reply instead of the sandbox's own; None: its own."""
BODY = dict[str, Any]


@pytest.fixture
def otherwise(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rule], None]:
    """`otherwise(rule)`: the server answers by this rule first."""
    own = routes.answer

    def follow(rule: Rule) -> None:
        def answer(sandbox: Sandbox, path: str, query: Query, scopes: tuple[str, ...]) -> Reply:
            return rule(path, query) or own(sandbox, path, query, scopes)

        monkeypatch.setattr(routes, "answer", answer)

    return follow


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[BODY], object]], None]:
    """`edited(part of a path, change)`: the server's answers there are changed before they are sent."""
    own = routes.answer

    def follow(part: str, change: Callable[[BODY], object]) -> None:
        def answer(sandbox: Sandbox, path: str, query: Query, scopes: tuple[str, ...]) -> Reply:
            reply = own(sandbox, path, query, scopes)
            if part not in path or reply.status != 200:
                return reply
            body = json.loads(reply.body)
            change(body)
            return json_reply(200, body)

        monkeypatch.setattr(routes, "answer", answer)

    return follow


def refused(path: str, wrong: Callable[[Query], bool]) -> Rule:
    """400 for requests of this path that are wrong."""

    def rule(asked: str, query: Query) -> Reply | None:
        return error(400, "http.status.bad_request", "wrong") if asked == path and wrong(query) else None

    return rule


@pytest.mark.parametrize(
    "rule",
    [
        refused("/contact_lists", lambda query: int(query.get("limit", 50)) > 500),
        refused("/segments", lambda query: "limit" in query),
        refused("/contacts/counts", lambda query: query.get("include") not in {None, "new_subscribers"}),
    ],
    ids=["lists-500", "segments-no-limit", "counts-new_subscribers"],
)
def test_either_reading_of_a_parameter_is_taken(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None], rule: Rule
) -> None:
    """Where the documents say two things of a parameter, a server that takes only the other one is read whole."""
    here = quick()
    otherwise(rule)

    here.complete_night()

    assert [] == here.differences()


def test_a_collection_that_is_refused_is_left_out(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """A request that the server calls wrong costs its own table, with a word, and no other one."""
    here = quick()
    otherwise(refused("/contact_tags", lambda _: True))

    outcome = here.night()

    assert (None, ["contact_tags"]) == (outcome.error, [one.resource for one in outcome.skipped])
    assert {line.split(":")[0].split()[0] for line in here.differences()} <= {"contact_tags"}
    assert [60] == here.values("select count(*) from contacts")


def test_a_run_whose_every_request_is_refused_fails(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """Nothing read is no success, however little was asked for."""
    here = quick()
    otherwise(lambda _, __: error(400, "http.status.bad_request", "wrong"))

    outcomes = [here.night(), here.night(select=("contact_lists", "segments"))]

    assert ["BadRequest"] * 2 == [type(one.error).__name__ for one in outcomes]
