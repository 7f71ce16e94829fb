"""Mistakes and troubles that a person can fix, each one sentence: what, which one, what to do now.

The command line prints them and exits; anything else is a bug and keeps its traceback.
"""

from __future__ import annotations

INTERRUPTED = "interrupted; everything loaded so far stays, run again to go on"
"""What Ctrl-C is answered with."""


class UserError(Exception):
    """Wrong usage or configuration: exit code 2."""

    exit_code = 2


class Busy(UserError):  # noqa: N818 - it is what the warehouse was
    """Another program or another sync has the warehouse, and kept it: exit code 75, run again later."""

    exit_code = 75


class RunFailed(UserError):  # noqa: N818 - it is what happened
    """The run could not be carried out: exit code 1."""

    exit_code = 1
