"""Rows of contacts, and what became of them."""

import pyarrow as pa

from sources.constant_contact.catalogue import endpoint

CONTACTS = endpoint("contacts")


def rows_of(table: pa.Table) -> list[dict]:
    """Rows without their nulls."""
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
