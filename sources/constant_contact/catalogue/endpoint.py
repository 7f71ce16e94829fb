"""One readable resource of the API: where it is, how it is asked, what comes back, which tables it fills.

Knows: paths, fixed parameters, page sizes, envelopes, scopes and privileges. Must not know: HTTP, dlt, Arrow.
Source: contract (paths), api_guide (email_reporting_overview, contacts_sync, email_campaigns_collection).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sources.constant_contact.catalogue.columns import Column, Table, demand, text

Reads = Literal[
    "full",
    "edited",
    "recent",
    "events",
    "registrations",
    "landing_page",
    "segment_members",
    "contact_report",
    "sms_history",
    "snapshot",
    "detail",
    "mail_part",
    "contacts",
    "campaigns",
    "summaries",
    "per_activity",
    "feed",
    "stats",
    "old_ids",
    "export",
]
Shape = Literal["rows", "array", "object"]
Scope = Literal["account_read", "contact_data", "campaign_data", "partner"]
Login = Literal["account", "partner"]


VERSION_READ = "version_read"
"""Of a detail: the version of the row that it was read for."""


KNOWN_UNTIL, KNOWN_EVENTS = "known_until", "known_events"
"""Of a contact's report: the latest event of the contact that was known when it was read, and how many by the end of
that run: with an event that comes late there are more of them, and the latest is the same.
"""


def version_read(of: str, columns: str) -> Column:
    """The column by which a detail knows whether it is as new as the row that it belongs to."""
    return text(VERSION_READ, f"{columns} of its {of} when it was read", added=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of reading, for people; `reads.strategies` has the code of each."""

    words: str
    cost: str
    """What a run pays, in requests: its class of cost."""


READS: Mapping[Reads, Way] = {
    "full": Way(words="all of it, each run", cost="its pages"),
    "edited": Way(words="all of it, and the details of what was edited", cost="its pages + 1 per edited one"),
    "recent": Way(words="the last 30 days before the last run", cost="its pages"),
    "events": Way(
        words="newest first, until known; by id what changed, and once a week what is not over",
        cost="pages of what is new + 1 per changed or edited one",
    ),
    "registrations": Way(
        words="per event, when its counts moved and while payments or check-ins may",
        cost="their pages per such event",
    ),
    "landing_page": Way(
        words="newest first, until known, of pages that `landing_page_ids` names or `contact_activity` shows",
        cost="1 per page, 6 where it moved",
    ),
    "segment_members": Way(
        words="of a segment that is new or was edited, else once a week",
        cost="their pages per due segment, 20 segments a run",
    ),
    "contact_report": Way(
        words="per contact with news, the latest first; then those never looked at",
        cost="1 per due contact, 500 a run",
    ),
    "sms_history": Way(
        words="per contact whose SMS channel or consents moved, the latest first",
        cost="1 per moved SMS contact, 200 a run",
    ),
    "snapshot": Way(words="one row a day", cost="1"),
    "detail": Way(words="one request per new or changed one", cost="1 per changed one"),
    "mail_part": Way(words="one request per e-mail that moved", cost="1 per moved e-mail"),
    "contacts": Way(words="what changed since the last run", cost="pages of what changed"),
    "campaigns": Way(words="what changed since the last run", cost="1 per changed one"),
    "summaries": Way(words="all of it, each run", cost="its pages"),
    "per_activity": Way(words="one request per changed e-mail", cost="1 per changed e-mail"),
    "feed": Way(words="newest first, until known", cost="pages of what is new"),
    "stats": Way(words="totals, many ids a request", cost="1 per batch of ids"),
    "export": Way(words="ordered once a week, with the setting `export_check`", cost="about 5, once a week"),
    "old_ids": Way(
        words="by `ctct xrefs` only, for the ids of a file", cost="0; there 1 per 500 ids, 50 of campaigns"
    ),
}
CONTACT_REPORT: Reads = "contact_report"
OF_CONTACTS: tuple[Reads, ...] = (CONTACT_REPORT, "sms_history")
"""Ways that ask for something of single contacts, at most so many in a run."""
WINDOWS = ("contacts", "campaigns", "recent")
"""Ways that ask for what changed since a mark."""
DETAILS = ("detail", "mail_part", "registrations", "segment_members")
"""Ways that ask for something of each row of another resource."""
MANY_IDS = ("stats", "old_ids")
"""Ways that ask for many ids in one request."""
WHOLE = ("full", "edited", "snapshot", "summaries")
"""Ways that bring every row in each run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One resource; its name is the name of its table.

    path            below the base URL; `{campaign_activity_id}`-style slots are filled by the reader
    params          fixed query parameters of the first request; the next link carries them on by itself
    page_size       rows a page, sent as `page_size_param`; None where the API takes no such parameter
    shape           "rows": an object with the rows under `rows_key`; "array": a bare array; "object": one row
    paged           whether a next link may follow
    privilege       the account user's privilege the provider asks for; None: any user
    children        tables filled from arrays inside the same rows
    reads           how a run reads it: the name of a strategy; READS has a sentence for each
    opt_in          off by default: read only where the setting `opt_in` or --select names it
    login           whose login it needs
    on_command      the command or the setting of its own that reads it, so that `opt_in = ["all"]` does not mean it
    quiet           a user who may not read it lacks nothing that most users need, so `ctct check` only names it
    keys_only       of each row only what is in the key is kept: another table has the rest
    may_be_none     404 and 409 say that there is nothing of it, which is no failure
    needs           resources that must be read before, because their ids fill the path
    after, before   date filters of a window, on the column `changed`; before is sent only to bound a window. Of a
                    report the bounds of the time that it is about
    edited          of an "edited" resource the column that moves when a row is edited; and
    detail_columns  the columns that only the row by its id has
    detail_of       of a "detail" resource the resource of whose rows each is asked for by itself; `{slots}` of the path
                    are filled from its columns (of its key, where no column is called like the slot)
    version         columns of `detail_of` which together move whenever the detail may have changed
    most            most details in one run, newest first; what is left comes in the next ones
    detail_path     one row by id, with fields the listing leaves out; with detail_params
    lookup_path      one row by id, which answers 404 once the row is gone; with lookup_params
    optional_include     values of `include` that the guide names and the contract does not; send them only after
                    a request has shown that they are not refused
    fallback_queries         whole queries to send instead, in turn, where the server answers the one before with 400;
                    for parameters of which the documents say two things
    kinds           listings of the same path that follow each other, each with parameters of its own; their rows get
                    the listing's name in the column `kind`. Only the first one is indispensable
    soft_deletes  a row that is missing from a complete reading gets `deleted_at`
    batch           most ids in one request of a "stats" or "old_ids" resource
    ids_param       of an "old_ids" resource the parameter that takes the ids
    stat            the key in `stats` that counts a feed's rows
    event_key       a feed's key without the occurrence number
    """

    path: str
    table: Table
    scope: Scope | None
    privilege: str | None
    reads: Reads
    shape: Shape = "rows"
    rows_key: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    page_size: int | None = None
    page_size_param: str = "limit"
    paged: bool = False
    children: tuple[Table, ...] = ()
    needs: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    changed: str | None = None
    opt_in: bool = False
    login: Login = "account"
    on_command: str | None = None
    quiet: bool = False
    keys_only: bool = False
    may_be_none: bool = False
    edited: str | None = None
    detail_columns: tuple[str, ...] = ()
    detail_of: str | None = None
    version: tuple[str, ...] = ()
    most: int | None = None
    detail_path: str | None = None
    detail_params: tuple[tuple[str, str], ...] = ()
    lookup_path: str | None = None
    lookup_params: tuple[tuple[str, str], ...] = ()
    optional_include: tuple[str, ...] = ()
    fallback_queries: tuple[tuple[tuple[str, str], ...], ...] = ()
    kind: str | None = None
    kinds: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    soft_deletes: bool = False
    batch: int | None = None
    ids_param: str | None = None
    stat: str | None = None

    def __post_init__(self) -> None:
        where = f"endpoint of {self.table.name!r}"
        demand(re.fullmatch(r"(/[a-z_]+|/\{[a-z_]+\})+", self.path), where, f"{self.path!r} is no path.")
        demand(
            self.scope in {None, *get_args(Scope)},
            where,
            f"scope {self.scope!r} is none of {get_args(Scope)}.",
        )
        demand(self.reads in READS, where, f"reads {self.reads!r} is none of {', '.join(READS)}.")
        demand(self.shape in get_args(Shape), where, f"shape {self.shape!r} is none of {get_args(Shape)}.")
        demand((self.shape == "rows") == bool(self.rows_key), where, "rows_key goes with shape 'rows' only.")
        demand(self.shape == "rows" or not self.paged, where, "only shape 'rows' can be paged.")
        demand(self.page_size is None or self.page_size > 0, where, "page_size must be above 0.")
        demand(
            self.page_size is None or self.paged, where, "a page_size makes sense only where pages follow."
        )
        sent = {name for name, _ in self.params}
        demand(len(sent) == len(self.params), where, "a parameter comes twice.")
        demand(self.page_size_param not in sent, where, f"send {self.page_size_param} through page_size.")
        demand(
            not self.fallback_queries or self.reads in WHOLE,
            where,
            "fallback_queries is for what is read whole.",
        )
        self._check_reading(where)
        self._check_tables(where)

    def _check_reading(self, where: str) -> None:
        is_report = self.reads == CONTACT_REPORT
        window = () if is_report else (self.after, self.before, self.changed)
        demand(
            all(window) if self.reads in WINDOWS else not any(window),
            where,
            f"after, before and changed belong together, to reads {', '.join(WINDOWS)}.",
        )
        demand(
            (self.reads in MANY_IDS) == bool(self.batch),
            where,
            f"batch goes with reads {', '.join(MANY_IDS)}.",
        )
        demand(
            (self.reads == "old_ids") == bool(self.ids_param), where, "ids_param goes with reads 'old_ids'."
        )
        demand(not self.on_command or self.opt_in, where, "what only a command reads is off by default.")
        demand((self.reads == "feed") == bool(self.stat), where, "stat goes with reads 'feed'.")
        is_edited = bool(self.edited and self.detail_columns and self.detail_path)
        demand(
            (self.reads == "edited") == is_edited, where, "edited and detail_columns go with reads 'edited'."
        )
        is_detail = bool(self.detail_of and self.version)
        demand(
            (self.reads in DETAILS) == is_detail,
            where,
            f"detail_of and version go with reads {', '.join(DETAILS)}.",
        )
        demand(
            not self.detail_of or self.detail_of in self.needs,
            where,
            "it needs the resource it is a detail of.",
        )
        demand(
            self.most is None or ((is_detail or self.reads in OF_CONTACTS) and self.most > 0),
            where,
            "most, above 0, goes with reads 'detail'.",
        )
        demand(
            ("{" in self.path) <= bool(self.needs or self.reads == "landing_page"),
            where,
            "a path with slots needs the resource of its ids.",
        )

    def _check_tables(self, where: str) -> None:
        names = self.table.column_names
        demand(self.table.parent is None, where, "a child table belongs in children.")
        demand(self.changed is None or self.changed in names, where, f"{self.changed!r} is no column.")
        demand(
            "occurrence" in names or self.reads != "feed", where, "a feed's rows need an occurrence number."
        )
        for name in (*([self.edited] if self.edited else []), *self.detail_columns):
            demand(name in names, where, f"{name!r} is no column.")
        demand(
            self.reads not in DETAILS or VERSION_READ in names,
            where,
            f"a detail has the column {VERSION_READ}.",
        )
        demand(
            bool(self.kinds) == (self.kind in names),
            where,
            "kinds need the column `kind`, and it needs them.",
        )
        demand(not self.kinds or self.reads == "full", where, "kinds are for what is read whole.")
        demand(not self.soft_deletes or "deleted_at" in names, where, "soft_deletes needs deleted_at.")
        for table in self.children:
            demand(table.parent == self.table.name, where, f"{table.name!r} is the child of another table.")
            demand(
                table.key[: len(self.table.key)] == self.table.key,
                where,
                f"the key of {table.name!r} must begin with {', '.join(self.table.key)}.",
            )
            own = len(table.key) - len(self.table.key)
            demand(
                own == 1 + bool(table.within), where, f"{table.name!r} has {own} parts of a key of its own."
            )

    @property
    def resource(self) -> str:
        return self.table.name

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.table, *self.children)

    @property
    def thing(self) -> str:
        """What a person would call one of it."""
        return self.table.grain.removeprefix("one row per ").split(",")[0]

    @property
    def is_whole(self) -> bool:
        """Whether each run brings every row."""
        return self.reads in WHOLE

    @property
    def slots(self) -> tuple[str, ...]:
        """What the path leaves open, in its order."""
        return tuple(re.findall(r"\{([a-z_]+)\}", self.path))

    def bridges(self, of: Table, column: str) -> Iterator[Table]:
        """Tables whose rows are what stands in the arrays in this column of one of its tables."""
        path = of.column(column).source if column in of.column_names else ()
        for each in self.children:
            whole = each.parent == of.name and each.from_ == path and not each.within
            if whole or (path and each.within == path and each.from_ == of.from_):
                yield each

    @property
    def event_key(self) -> tuple[str, ...]:
        return tuple(name for name in self.table.key if name != "occurrence")

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """All parameters of a first request, the page size last."""
        size = () if self.page_size is None else ((self.page_size_param, str(self.page_size)),)
        return (*self.params, *size)
