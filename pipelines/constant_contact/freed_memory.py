"""Memory that a program has freed and its allocators keep."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """To the system: allocators keep what was freed, in pieces, and grow beside it."""
    import pyarrow as pa  # noqa: PLC0415 - not for `--help`

    pa.default_memory_pool().release_unused()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)  # of the C library, where it has this
