"""How the requests that are left of a key's day are divided among the accounts that wait for them. Pure."""

from __future__ import annotations

MIN_SHARE = 100
"""What a sync of a small account costs: with less, an account opens its warehouse for next to nothing."""
MIN_REST = 25
"""So much must be left for an account that has run to run once more on the same day."""


def share(*, left: int, reserved: int, waiting: int) -> int:
    """Requests for the account whose turn it is; 0: none today.

    left: of the key's day, by the ledger. reserved: shares of runs under way, whole, though the ledger has counted a
    part of them: what that holds back is handed on when they end. waiting: accounts without a share, this one
    included. Where an equal part would be less than MIN_SHARE, those who waited longest get that much and the others
    nothing, so that each has its turn on some day.
    """
    free = max(0, left - reserved)
    return min(free, max(MIN_SHARE, free // max(1, waiting)))
