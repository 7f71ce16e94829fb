"""What a run is, from its beginning on: what was asked for, where it goes, and who is told."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.sync import records

if TYPE_CHECKING:
    from pendulum import DateTime

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.errors import UserError
    from pipelines.constant_contact.request import SyncRequest
    from pipelines.constant_contact.sync.commits import Commits
    from pipelines.constant_contact.sync.messages import Messages
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.api.errors import ApiError
    from sources.constant_contact.identity import Identity
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    request: SyncRequest
    wanted: frozenset[str]
    own: Settings
    warehouse: Warehouse
    client: Client
    messages: Messages
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    started_at: DateTime = field(default_factory=lambda: pendulum.now("UTC"))
    """UTC."""
    started_s: float = field(default_factory=time.monotonic)
    """Monotonic."""

    def state(self) -> State:
        """As committed."""
        return records.source_state(self.warehouse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is known before the first row."""

    reading: Reading
    commits: Commits
    identity: Identity
    refusal: ApiError | None
    """Why nothing can be asked, if so."""
    planned_requests: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How reading and loading ended."""

    failure: UserError | None = None
    """A load that broke, or could not begin."""
    extract_s: float = 0.0
    """Spent on reading while nothing was loaded."""
