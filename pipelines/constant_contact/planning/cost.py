"""What requests cost: seconds, shares of a day, days.

Pure arithmetic; no I/O, no clock, nothing of the API but the numbers that are passed in.
"""

from __future__ import annotations

import math


def seconds(requests: int, per_second: float) -> float:
    """How long the requests take at the allowed rate, if nothing else is slower."""
    return requests / per_second


def days(requests: int, *, today: int, per_day: int) -> int | None:
    """UTC days until all is read: 1 when `today`'s requests suffice; None when no day ever allows any."""
    if requests <= today:
        return 1
    if per_day <= 0:
        return None
    return 1 + math.ceil((requests - today) / per_day)


def share(requests: int, of: int) -> float:
    """0-1 and above; what is asked of nothing counts as all of it."""
    return requests / of if of > 0 else float(requests > 0)


def error(planned: int | None, spent: int) -> float | None:
    """Signed and relative to what was spent, above 0 when too much was planned; None without a plan or spending."""
    return None if planned is None or spent == 0 else planned / spent - 1
