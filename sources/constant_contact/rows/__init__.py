"""Page rows -> Arrow tables. Pure: no network, no dlt, no clock. The parts: `batch`, `columnar`, `events`, `report`."""

from sources.constant_contact.rows.batch import to_arrow
from sources.constant_contact.rows.columnar import NotPlain, PageParser, PageRows, parser_of, tables_of
from sources.constant_contact.rows.feed_rows import FeedRows, feed_parser_of, feed_table, said
from sources.constant_contact.rows.keys import keyed
from sources.constant_contact.rows.report import BadValue, OddRow, RowRefused
from sources.constant_contact.rows.unknown import Columns

__all__ = [
    "BadValue",
    "Columns",
    "FeedRows",
    "NotPlain",
    "OddRow",
    "PageParser",
    "PageRows",
    "RowRefused",
    "feed_parser_of",
    "feed_table",
    "keyed",
    "parser_of",
    "said",
    "tables_of",
    "to_arrow",
]
