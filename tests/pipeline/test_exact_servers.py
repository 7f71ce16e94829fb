"""Servers that answer the open questions otherwise than the sandbox does: nights hold what can be held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pendulum
import pytest

from sources.constant_contact.api.errors import ServerBusy
from sources.constant_contact.api.paging import Page
from sources.constant_contact.reads.reading import Reading
from sources.constant_contact.reads.strategies import add_slices
from sources.constant_contact.sql_warehouse import nothing_loaded
from sources.constant_contact.state.changes import apply_changes
from sources.constant_contact.windows import SyncOptions
from sources.constant_contact_sandbox import envelopes, mail_endpoints, people_endpoints, routes
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
        pytest.param(
            refused("/contact_lists", lambda query: int(query.get("limit", 50)) > 500),
            id="lists-500",
            marks=pytest.mark.long,
        ),
        pytest.param(
            refused("/segments", lambda query: "limit" in query),
            id="segments-no-limit",
            marks=pytest.mark.long,
        ),
        pytest.param(
            refused("/contacts/counts", lambda query: query.get("include") not in {None, "new_subscribers"}),
            id="counts-new_subscribers",
        ),
    ],
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

    assert (None, ["contact_tags"]) == (outcome.error, [resource for resource, _ in here.left_out])
    assert {line.split(":")[0].split()[0] for line in here.differences()} <= {"contact_tags"}
    assert [60] == here.values("select count(*) from contacts")


def test_a_run_whose_every_request_is_refused_fails(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """Nothing read is no success, however little was asked for."""
    here = quick()
    otherwise(lambda _, __: error(400, "http.status.bad_request", "wrong"))

    error_of_all = here.night().error
    here.night(select=("contact_lists", "segments"))

    assert "BadRequest" == type(error_of_all).__name__
    assert ["contact_lists", "segments"] == sorted(resource for resource, _ in here.left_out)


def in_pages_of_two(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The server gives out this collection two rows at a time, by number of rows to leave out."""
    own = envelopes.page_of

    def page_of(query: Query, rows: Any, sandbox: Any, spec: Any, path: str) -> Any:
        small = {"limit": "2"} if spec[1] == kind and "cursor" not in query else {}
        return own(query | small, rows, sandbox, spec, path)

    monkeypatch.setattr(people_endpoints, "page_of", page_of)


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "delete"),
    [
        ("contact_custom_fields", lambda sandbox: sandbox.delete_custom_field(0)),
        ("contact_tags", lambda sandbox: sandbox.delete_tag(0)),
    ],
    ids=["custom-fields", "tags"],
)
def test_rows_that_slide_past_the_reader_are_not_deleted(
    quick: Callable[..., Quick],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    delete: Callable[[Sandbox], object],
) -> None:
    """Of a collection read in pages, only what answers 404 by its id is gone, and its values with it."""
    here = quick(contacts=80)
    here.complete_night()
    in_pages_of_two(monkeypatch, kind)
    once = iter([True])

    def between(path: str, _: int) -> None:
        if path.startswith(f"/{kind}") and next(once, False):
            delete(here.sandbox)

    here.sandbox.between_pages = between
    here.complete_night()
    here.complete_night()

    table = {"contact_custom_fields": "custom_fields"}.get(kind, kind)
    assert [1] == here.values(f"select count(*) from {table} where deleted_at is not null")
    assert [] == here.differences()


@pytest.mark.long
def test_one_segment_without_detail_leaves_the_others(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """A segment that is listed and answers 404 by its id costs its own criteria and nothing else."""
    here = quick()
    otherwise(lambda path, _: error(404, "not_found", "gone") if path == "/segments/2" else None)

    here.night()

    assert [("segments", "2")] == list(here.left_out)
    assert [True] == here.values("select count(*) > 1 from segments where deleted_at is null")
    assert ["2"] == here.values("select segment_id from segments where segment_criteria is null")


@pytest.mark.long
def test_a_segment_keeps_the_criteria_it_had(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """A detail that does not answer any more takes nothing away that still holds."""
    here = quick()
    here.complete_night()
    otherwise(lambda path, _: error(404, "not_found", "gone") if path == "/segments/2" else None)

    here.night(full_refresh=True)

    assert [] == here.differences()


@pytest.mark.long
def test_totals_without_their_time_are_those_of_the_day(
    quick: Callable[..., Quick], edited: Callable[[str, Callable[[BODY], object]], None]
) -> None:
    """The time of the totals is optional in the contract; without it a night is as quiet as with it."""
    here = quick(campaigns=3)
    edited("/stats/", lambda body: [row.pop("last_refresh_time") for row in body["results"]])

    here.complete_night()
    here.complete_night()

    sent = here.values("select count(distinct campaign_activity_id) from email_sends")
    assert sent == here.values(
        "select count(distinct campaign_activity_id) from email_campaign_activity_stats"
    )
    assert [1] == here.values("select count(distinct last_refresh_time) from email_campaign_stats")


class DeadLink:
    """A client whose server fails over one saved link for ever."""

    def pages(
        self,
        _path: str,
        _params: Query,
        *,
        rows_key: str | None,
        start: str | None = None,
        parse: object = None,
    ) -> Iterator[Page]:
        assert rows_key == "contacts"
        assert parse is not None
        if start is not None:
            raise ServerBusy("the server is failing", status=500)
        rows = [{"contact_id": "c1", "updated_at": "2026-01-01T00:00:00Z"}]
        yield Page(rows=rows, next_link=None, envelope={})


def test_a_saved_link_that_fails_run_after_run_is_given_up() -> None:
    """Two runs end at a link that the server fails over; the third begins anew and comes to its end."""
    state: BODY = {
        "contacts": {"whole": {"next": "/v3/contacts?cursor=x", "started_at": "2026-01-01T00:00:00Z"}}
    }
    failed = []
    for day in range(2, 5):
        reading = Reading(
            client=DeadLink(),  # type: ignore[arg-type]  # all that is asked of it
            warehouse=nothing_loaded(),
            state=state,
            wanted=frozenset({"contacts"}),
            options=SyncOptions(
                lookback=pendulum.duration(hours=1), full_refresh_every=pendulum.duration(days=30)
            ),
            now=pendulum.datetime(2026, 1, day),
        )
        add_slices(reading)
        for batch in reading.reader.batches():
            apply_changes(state, batch.state)
        failed.append(reading.reader.outcome.error is not None)

    assert [True, True, False] == failed
    assert "whole" not in state["contacts"]


@pytest.mark.long
def test_totals_that_count_more_than_rows_cost_no_reading_to_the_end(
    quick: Callable[..., Quick],
    edited: Callable[[str, Callable[[BODY], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where totals stay one above the rows, a new open costs the page that it is on."""
    here = quick(campaigns=1, contacts=400, seed=3)
    own = mail_endpoints.requested
    monkeypatch.setattr(
        mail_endpoints,
        "requested",
        lambda query, _, __, switches, **more: own(query | {"limit": "20"}, 20, 20, switches, **more),
    )

    def one_more(body: BODY) -> None:
        for row in body["results"]:
            row["stats"]["em_opens_all"] += 1

    edited("/stats/", one_more)
    here.complete_night()
    mail = next(campaign for campaign in here.sandbox.campaigns.rows if campaign.reported).reported[0]
    assert len(mail.events["opens"]) > 60
    here.sandbox.advance(0.5)
    here.sandbox.late_open(mail, 5, here.sandbox.stamp - 60)
    here.sandbox.log.clear()

    here.complete_night()

    assert 1 == sum(request.path.endswith("/opens") for request in here.sandbox.log)
    assert [len(mail.events["opens"])] == here.values("select count(*) from email_opens")
