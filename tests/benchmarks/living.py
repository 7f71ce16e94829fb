"""What nights cost on an account that lives its life. Run: python tests/benchmarks/living.py [--contacts 2000 20000]

Each night the sandbox's account lives a day (`advance`) and the clock of both sides moves by one; then a night of
everything, and the tables are held against the account. Printed for each size and each way in which the API may count:
requests a night, of which contacts, the plan of the last night, and the mornings on which a table differed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.pop(0)  # this folder: with it, `requests.py` would be taken for the package of that name
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import account_comparison
import duckdb
import pendulum
from benchmarks.nights import News, an_environment, let_token_lapse, spend_a_night

from pipelines.constant_contact.planning.probe import plan_sync
from pipelines.constant_contact.request import SyncRequest
from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from benchmarks.nights import Night

    from sources.constant_contact.source import Settings

PAGE = 500
OF_0_1 = (
    *("account", "account_emails", "account_privileges", "contact_counts", "contact_lists", "contact_tags"),
    *("custom_fields", "segments", "contacts", "email_campaigns", "email_campaign_activities"),
    *("email_campaign_stats", "email_campaign_activity_stats", "email_campaign_summaries", "email_links"),
    *FEEDS,
)


@dataclass(slots=True)
class Life:
    contacts: int
    counts: str
    nights: list[Night] = field(default_factory=list)
    of_contacts: list[int] = field(default_factory=list)
    planned: list[int] = field(default_factory=list)
    """By the plan made before each night."""
    differing: int = 0
    """Mornings."""

    @property
    def mean(self) -> float:
        return sum(night.requests for night in self.nights) / len(self.nights)

    @property
    def mean_of_contacts(self) -> float:
        return sum(self.of_contacts) / len(self.of_contacts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--campaigns", type=int, default=50)
    parser.add_argument("--nights", type=int, default=10)
    parser.add_argument(
        "--counts", nargs="+", default=["exact"], help="how the API counts, see Switches.counts"
    )
    parser.add_argument("--all", action="store_true", help="all that is read by default, not what 0.1 read")
    options = parser.parse_args()
    sys.stdout.write(
        f"{'contacts':>9} {'counts':<13}{'requests a night':>17}{'of contacts':>12}{'whole':>6}{'planned':>9}"
        "  each night\n"
    )
    for contacts in options.contacts:
        for counts in options.counts:
            show(
                live(
                    contacts, counts, options.campaigns, options.nights, () if options.all else tuple(OF_0_1)
                )
            )


def show(life: Life) -> None:
    planned = sum(life.planned) / len(life.planned)
    each = " ".join(f"{n.requests}/{c}" for n, c in zip(life.nights, life.of_contacts, strict=True))
    sys.stdout.write(
        f"{life.contacts:>9,} {life.counts:<13}{life.mean:>17.1f}{life.mean_of_contacts:>12.1f}"
        f"{-(-life.contacts // PAGE):>6}{planned:>9.1f}  {each}"
        f"{f'  TABLES DIFFERED on {life.differing} mornings' if life.differing else ''}\n"
    )
    sys.stdout.flush()


def live(contacts: int, counts: str, campaigns: int, nights: int, select: tuple[str, ...]) -> Life:
    """A first night, then `nights` of which the figures are kept."""
    sandbox = Sandbox(
        contacts=contacts,
        campaigns=campaigns,
        seed=11,
        switches=Switches(**({} if counts == "exact" else {"counts": counts})),  # type: ignore[arg-type]
        requests_per_second=None,
        requests_per_day=None,
        max_events=20_000,
    )
    life = Life(contacts, counts)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(sandbox, port=0) as server,
        an_environment(server, Path(folder)) as own,
    ):
        spend_a_night("first", sandbox, own, News(), select=select)
        for number in range(1, nights + 1):
            sandbox.advance(1)
            let_token_lapse(own)
            with later(days=number):
                spend_one(life, sandbox, own, select)
            life.differing += bool(differences(sandbox, Path(folder) / "benchmark.duckdb", select))
    return life


def spend_one(life: Life, sandbox: Sandbox, own: Settings, select: tuple[str, ...]) -> None:
    request = SyncRequest(transform=False, select=select)
    life.planned.append(plan_sync(request, own=own).requests)
    let_token_lapse(own)
    night = spend_a_night("night", sandbox, own, News(), select=select)
    life.nights.append(night)
    life.of_contacts.append(
        sum(n for path, n in night.paths.items() if path.startswith("/v3/contacts") and "counts" not in path)
    )


def differences(sandbox: Sandbox, file: Path, select: tuple[str, ...]) -> list[str]:
    def query(sql: str) -> list[dict[str, Any]]:
        found = connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set schema = 'constant_contact'")
        found = account_comparison.differences(sandbox, query)
    return [one for one in found if not select or one.split(":")[0].split(".")[0].split("__")[0] in select]


@contextmanager
def later(*, days: int) -> Iterator[None]:
    """Our clock, so many days ahead."""
    real = pendulum.now
    pendulum.now = lambda tz=None: real(tz).add(days=days)  # type: ignore[assignment]
    try:
        yield
    finally:
        pendulum.now = real


if __name__ == "__main__":
    main()
