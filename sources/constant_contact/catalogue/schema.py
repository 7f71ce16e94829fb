"""The declared types of a table as an Arrow schema. Knows Arrow and the catalogue, nothing else."""

import pyarrow as pa

from sources.constant_contact.catalogue.columns import Table, Type

ARROW_TYPES: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "json": pa.string(),  # JSON text; the destination's own JSON type is a hint of the loader
}


def arrow_schema(table: Table) -> pa.Schema:
    """Every declared column in its declared order; key columns refuse null, as loaders expect of them."""
    return pa.schema(
        [
            pa.field(column.name, ARROW_TYPES[column.type], nullable=column.name not in table.key)
            for column in table.columns
        ]
    )
