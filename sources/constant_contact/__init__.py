"""A Constant Contact V3 account as a dlt source.

import dlt
from sources.constant_contact import constant_contact

pipeline = dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact")
pipeline.run(constant_contact().with_resources("contacts", "contact_lists"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sources.constant_contact.library import constant_contact

__all__ = ["constant_contact"]


def __getattr__(name: str) -> Any:
    # dlt takes two seconds to import; whoever needs only the client or the catalogue does not wait for it.
    if name == "constant_contact":
        from sources.constant_contact.library import constant_contact  # noqa: PLC0415

        return constant_contact
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
