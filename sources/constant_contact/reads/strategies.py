"""Which strategy reads what: the one place where `Endpoint.reads` becomes code, for a run and for its plan.

A run asks for `add_slices`, a plan for `estimate`; both go through the same endpoints. An endpoint whose `reads` has
no strategy is refused when this module is loaded, so that nothing can be declared that nobody reads.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import CATALOGUE, CatalogueError
from sources.constant_contact.reads import (
    bridges,
    campaign_estimates,
    campaigns,
    collections,
    contact_reports,
    contacts,
    details,
    edited,
    events,
    exports,
    landing_pages,
    mail_parts,
    old_ids,
    recent,
    registrations,
    segment_members,
    sms_history,
)
from sources.constant_contact.reads.strategy import Strategy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts, Line
    from sources.constant_contact.reads.reading import Reading

_CAMPAIGNS = Strategy(slices=campaigns.slices, estimate=campaign_estimates.estimate, is_of_family=True)

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "full": Strategy(slices=collections.slices, estimate=collections.estimate),
        "snapshot": Strategy(
            slices=collections.slices_of_snapshot, estimate=collections.estimate_of_snapshot
        ),
        "edited": Strategy(slices=edited.slices, estimate=edited.estimate),
        "recent": Strategy(slices=recent.slices, estimate=recent.estimate),
        "events": Strategy(slices=events.slices, estimate=events.estimate),
        "registrations": Strategy(slices=registrations.slices, estimate=registrations.estimate),
        "segment_members": Strategy(slices=segment_members.slices, estimate=segment_members.estimate),
        "contact_report": Strategy(
            slices=contact_reports.slices, estimate=contact_reports.estimate, is_of_family=True
        ),
        "sms_history": Strategy(slices=sms_history.slices, estimate=sms_history.estimate),
        "landing_page": Strategy(
            slices=landing_pages.slices, estimate=landing_pages.estimate, is_of_family=True
        ),
        "mail_part": Strategy(slices=mail_parts.slices, estimate=mail_parts.estimate),
        "detail": Strategy(slices=details.slices, estimate=details.estimate),
        "export": Strategy(slices=exports.slices, estimate=exports.estimate),
        "old_ids": Strategy(slices=old_ids.slices, estimate=old_ids.estimate),
        "contacts": Strategy(slices=contacts.slices, estimate=contacts.estimate),
        **dict.fromkeys(("campaigns", "summaries", "per_activity", "stats", "feed"), _CAMPAIGNS),
    }
)


def strategy_of(of: Endpoint) -> Strategy:
    """Raises CatalogueError for an endpoint that nobody reads."""
    found = STRATEGIES.get(of.reads)
    if found is None:
        raise CatalogueError(
            f"catalogue, endpoint of {of.resource!r}: no strategy reads {of.reads!r}; add one to reads/strategies.py."
        )
    return found


def collect(endpoints: Iterable[Endpoint]) -> Mapping[str, Strategy]:
    """The strategy of each resource. Raises CatalogueError for the first without one."""
    return MappingProxyType({of.resource: strategy_of(of) for of in endpoints})


COLLECTED = collect(CATALOGUE.values())


def add_slices(reading: Reading) -> None:
    """Everything that one run reads. Slices that depend on answers are added once those are known."""
    bridges.add_slices(reading)
    for of, strategy in _calls(reading.wanted):
        strategy.slices(reading, of)


def estimate(facts: Facts) -> Iterator[Line]:
    """What the next run asks for, by resource."""
    for of, strategy in _calls(facts.wanted):
        yield from strategy.estimate(facts, of)


def _calls(wanted: Collection[str]) -> Iterator[tuple[Endpoint, Strategy]]:
    """What is wanted, with what it is a detail of; of a family one for all."""
    owners = _owners(wanted)
    called: list[Strategy] = []
    for name, of in CATALOGUE.items():
        strategy = COLLECTED[name]
        if (name in wanted or name in owners) and strategy not in called:
            called += [strategy] if strategy.is_of_family else []
            yield of, strategy


def _owners(names: Collection[str]) -> set[str]:
    """What these are details of, and what that is a detail of."""
    found = {of.detail_of for name, of in CATALOGUE.items() if name in names and of.detail_of}
    return found | _owners(found) if found else found
