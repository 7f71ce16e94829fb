"""What broke a load, in the destination's own words; the load tool wraps them several times over."""

from __future__ import annotations

from pipelines.constant_contact.destinations import unusable
from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.errors import RunFailed


def failed_load(error: BaseException, place: str) -> RunFailed:
    """A load that broke, as one sentence; what was committed before stays."""
    words = first_line(_root(error))
    return RunFailed(
        f"loading into {place} failed: {words}; what was committed before stays, {unusable.to_go_on(words)}"
    )


def no_longer_answers(error: BaseException, place: str) -> RunFailed:
    """A destination that was there when the command began."""
    return RunFailed(
        f"{place} no longer answers: {first_line(error)}; what was committed before stays, run again to go on"
    )


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def innermost(error: BaseException) -> BaseException:
    """The database's own words; dlt hangs them beside its own instead of chaining them, several times over."""
    inner: BaseException | None = getattr(error, "inner_exc", None)
    if inner is None:
        return _root(error)
    while (deeper := getattr(inner, "inner_exc", None)) is not None:
        inner = deeper
    return inner
