"""What a night may cost, on a small account; `benchmarks/requests.py` measures the same on large ones."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from benchmarks.nights import News, carry_out_naive, lower_bound, naive_requests, typical_day
from planned import planned

from pipelines.constant_contact.planning.cost import error
from sources.constant_contact.reads.facts import MOST_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Kept, Quick

QUESTIONS = 3
"""What must be asked whatever the answer: two of contacts, one of campaigns."""
ALL_OF_IT = 1_000_000


@pytest.fixture
def loaded(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """Sixty sent campaigns of few recipients, loaded once; a day has passed since."""
    here = quick(contacts=2_000, campaigns=75, max_events=3_000)
    here.configure(requests_per_second=5_000)
    here.begin_with(first_night, a_commit=ALL_OF_IT)
    here.sandbox.move_clock(timedelta(days=1))
    return here


def test_a_quiet_night_asks_no_more_than_it_must(loaded: Quick) -> None:
    """
    A night without change costs its lower bound and the questions whose answer is "nothing".
    """
    predicted = planned(loaded)
    loaded.complete_night(a_commit=ALL_OF_IT)
    assert lower_bound(loaded.sandbox, News()) + QUESTIONS == loaded.requests_sent == predicted.requests


def test_a_typical_night_costs_its_news_and_the_plan_knew(loaded: Quick) -> None:
    """
    A night with news costs the pages that hold it, at most 1.3 times; ten requests predicted it within 10 %.
    """
    news = typical_day(loaded.sandbox)
    predicted = planned(loaded)
    loaded.complete_night(a_commit=ALL_OF_IT)
    assert loaded.requests_sent <= 1.3 * lower_bound(loaded.sandbox, news)
    assert predicted.requests_spent <= MOST_REQUESTS
    assert abs(error(predicted.requests, loaded.requests_sent) or 0.0) <= 0.1


@pytest.mark.long
def test_the_naive_reader_is_counted_as_it_reads(quick: Callable[..., Quick]) -> None:
    """
    The number that ours is compared with is the number of requests that such a reader really sends.
    """
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    here = quick(contacts=900, campaigns=6)
    here.configure(requests_per_second=5_000)
    here.log_in()
    sent = carry_out_naive(here.sandbox, settings().connection(), "2001-01-01T00:00:00Z")
    assert naive_requests(here.sandbox, changed_contacts=900) == sent
