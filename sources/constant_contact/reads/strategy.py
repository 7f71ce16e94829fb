"""What a way of reading is: the slices of a run and their price, side by side.

`slices(reading, endpoint)` adds to a run what it is to ask first; nothing is asked yet. `estimate(facts, endpoint)`
says what those slices, and what follows from them, will cost: pure but for the few questions that `facts` allows.
Must not know: any particular resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts, Line
    from sources.constant_contact.reads.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    slices: Callable[[Reading, Endpoint], None]
    estimate: Callable[[Facts, Endpoint], Iterable[Line]]
    is_of_family: bool = False
    """Whether all that name it are read together: it is called once, with the first of those that are wanted."""
