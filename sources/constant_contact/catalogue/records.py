"""What the source itself writes down beside the account's rows. No resource: nobody selects it."""

from sources.constant_contact.catalogue.columns import DELETED, Table, bigint, flag, text, timestamp

SET_ASIDE = Table(
    name="_ctct_set_aside",
    grain="one row per row of the API that has no place in its table, until the API sends it as it should be",
    key=("table_name", "row_key"),
    columns=(
        text("table_name", "the table it belongs to", added=True),
        text(
            "row_key",
            "hash of the row and of what it was read for, with a number among equal ones",
            added=True,
        ),
        text("key", "the column of the key that it does not have", added=True),
        text("reason", "what is wrong with it", added=True),
        text("row_json", "the row as the API sent it", added=True),
        text("read_for", "the e-mail of an event or link, the contact of an item; else empty", added=True),
        timestamp("set_aside_at", "start of the run that saw it first, UTC", added=True),
        timestamp("last_seen_at", "start of the run that saw it last, UTC", added=True),
        bigint("attempts", "how often it was asked for again", added=True),
        timestamp("next_attempt_at", "it is asked for again in the first run after this, UTC", added=True),
        flag(DELETED, "set only while loading, on a row that has its place by now", added=True),
    ),
)
