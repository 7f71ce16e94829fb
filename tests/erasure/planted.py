"""A person that nobody else is like, in an account and in everything that is made from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import LANDING_PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts import Account

    from sources.constant_contact_sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
ADDRESS, EARLIER = "zephyrine.quagmire@planted-person.example", "z.quagmire@earlier-planted.example"
NAMES = "Zephyrine", "Quagmirovna"
WORDS = (ADDRESS, EARLIER, *NAMES, "planted-person")


@dataclass(frozen=True, slots=True)
class Planted:
    """Where the person is."""

    position: int
    contact_id: str

    @property
    def words(self) -> tuple[str, ...]:
        return (*WORDS, self.contact_id)


def plant(sandbox: Sandbox) -> Planted:
    """Give a contact an earlier and a present address, one event of each kind in a sent e-mail, a registration for an
    event, and a visit to a landing page.
    """
    position = next(i for i in range(len(sandbox.contacts)) if sandbox.contacts.is_mailable(i))
    sandbox.change_contact(position, address=EARLIER, first_name=NAMES[0], last_name=NAMES[1])
    mail = sent(sandbox)
    for feed in ("opens", "clicks", "forwards", "optouts", "bounces"):
        sandbox.add_event(mail, feed, position)
    register(sandbox, position)
    page = sandbox.extras.landing_pages.pages[0]
    for kind in ("opens", "clicks", "adds"):
        page.add(kind, sandbox.stamp, position)
    return Planted(position, sandbox.contacts.id_of(position))


def register(sandbox: Sandbox, position: int) -> None:
    """The contact registers for an event that is to come."""
    family = sandbox.extras.events
    event = next(event for event in family.events if event.status == "ACTIVE")
    family.register(event, at=sandbox.stamp, contact=position)


def move(sandbox: Sandbox, person: Planted) -> None:
    """The person gets another address, and registers with it."""
    sandbox.change_contact(person.position, address=ADDRESS)
    register(sandbox, person.position)


def read_all(account: Account) -> None:
    """Also what is read only where the settings name it and that has people in it."""
    pages = [page.activity_id for page in account.sandbox.extras.landing_pages.pages]
    account.configure(
        opt_in=json.dumps(["event_registration_details", *LANDING_PAGES]), landing_page_ids=json.dumps(pages)
    )


def sent(sandbox: Sandbox) -> Any:
    return next(activity for one in sandbox.campaigns.rows for activity in one.reported)


def ctct(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.constant_contact.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def forgotten(*arguments: str, folder: Path) -> dict[str, Any]:
    """The object of `ctct forget --json`."""
    ended = ctct("forget", *arguments, "--json", folder=folder)
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    assert "exit_code" in found, f"{found} {ended.stderr}"
    assert ended.returncode == found["exit_code"], f"{found} {ended.stderr}"
    return found


def files_with(folder: Path, words: tuple[str, ...]) -> Iterator[str]:
    """Files below a folder with one of the words in their bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes().lower()
            yield from (f"{path}: {word}" for word in words if word.lower().encode() in text)
