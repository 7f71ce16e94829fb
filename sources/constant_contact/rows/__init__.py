"""Page rows -> Arrow tables. Pure: no network, no dlt, no clock. The parts: `batch`, `events`, `report`, `unknown`."""

from sources.constant_contact.rows.batch import to_arrow
from sources.constant_contact.rows.events import number_occurrences
from sources.constant_contact.rows.keys import keyed
from sources.constant_contact.rows.report import BadValue, OddRow, RowRefused
from sources.constant_contact.rows.unknown import Columns

__all__ = ["BadValue", "Columns", "OddRow", "RowRefused", "keyed", "number_occurrences", "to_arrow"]
