"""What a person asked for: the request, and the settings it runs under. Said once, wrong at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.advice import with_place
from pipelines.constant_contact.destinations.target import DUCKDB, Target, default_dataset
from pipelines.constant_contact.destinations.waiting import Patience
from pipelines.constant_contact.errors import UserError
from sources.constant_contact import configuration
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.catalogue import must_be_read_by, resource_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sources.constant_contact.catalogue import Login
    from sources.constant_contact.source import Settings

KINDS = {float: "a number", int: "a whole number", bool: "true or false", list: 'a list like ["one", "two"]'}
"""Type of a setting -> what a person calls it."""
DATASET_NAME = re.compile(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""Any other one the load tool changes: `a__b` to `a_b`, `a_` to `ax`. Source: its snake_case naming convention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRequest:
    """What a person asked for."""

    target: Target = field(default_factory=Target)
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    full_refresh: bool = False
    max_requests: int | None = None
    transform: bool = True
    accept_account: str | None = None
    """The account that may take over a dataset which holds another one's rows."""
    asked_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the selected resources that are read for ids which a person names: the ids."""
    wait: str | None = None
    """How long to wait for a busy warehouse; None: as configured."""

    def wanted(self, chosen: Collection[str], login: Login = "account") -> frozenset[str]:
        """What is read; `chosen`: where nobody selects. Raises UserError for a name that is no resource, or none that
        this kind of login reads.
        """
        known = resource_names()
        for name in (*self.select, *self.exclude):
            if name not in known:
                raise UserError(_no_resource(name, known))
        try:
            must_be_read_by(login, self.select, setting="--select")
        except ValueError as error:
            raise UserError(str(error)) from error
        wanted = frozenset(self.select or chosen) - frozenset(self.exclude)
        if not wanted:
            raise UserError("--select and --exclude leave nothing to read; drop one of them")
        return wanted


def _no_resource(name: str, known: Collection[str]) -> str:
    parent = name.partition("__")[0]
    if parent != name and parent in known:
        return f"{name} comes with {parent} and is not read alone; write --select {parent}"
    return f"there is no resource {name!r}; choose from {', '.join(known)}"


def patience_of(own: Settings, wait: str | None, tell: Callable[[str, float], None]) -> Patience:
    """How long a run waits. Raises UserError for a `wait` that is no duration."""
    try:
        return Patience(limit_s=own.wait_s(wait), tell=tell)
    except ValueError as error:
        raise UserError(str(error)) from error


def published_copy(own: Settings) -> Path | None:
    """The file of the setting `publish`, absolute."""
    return Path(own.publish).expanduser().absolute() if own.publish else None


def target_of(*, profile: str | None = None, destination: str = DUCKDB, dataset: str | None = None) -> Target:
    """What the options of a command name; what they leave out is configured, or follows from the profile.

    Raises UserError for a profile that cannot be one, and for a dataset that no destination can have.
    """
    if profile is None:
        profile = load_settings().profile
    profile_must_be_possible(profile)
    dataset = default_dataset(profile) if dataset is None else dataset
    if not DATASET_NAME.fullmatch(dataset):
        raise UserError(
            f"--dataset {dataset!r} is no schema name; use lower-case letters, digits and single _ between them"
        )
    files_must_be_readable()
    return Target(profile=profile, destination=destination, dataset=dataset)


def profile_must_be_possible(profile: str) -> None:
    """Raises UserError for a name that cannot be a profile's."""
    from sources.constant_contact.source import SETTINGS  # noqa: PLC0415 - dlt

    fault = configuration.profile_fault(profile, SETTINGS)
    if fault is not None:
        raise UserError(f"profile {profile}: {fault}" if profile.isprintable() and profile else fault)


def load_settings(profile: str | None = None, **explicit: Any) -> Settings:
    """The configuration of a profile (None: the one that it names), or one sentence about what is wrong with it."""
    from dlt.common.configuration.exceptions import ConfigurationException  # noqa: PLC0415

    from sources.constant_contact.source import settings  # noqa: PLC0415

    files_must_be_readable()
    if profile is not None:
        explicit["profile"] = profile
    try:
        found = settings(**explicit)
        found.connection()
        found.options()
        found.zone()
        found.size()
        found.wait_s()
        found.chosen()
        found.excluded()
        found.erased_after()
        if found.requests_per_commit < 1:
            raise ValueError(  # noqa: TRY301 - said like the other settings
                f"requests_per_commit is {found.requests_per_commit}; set it to a whole number above 0"
            )
    except ConfigurationException as error:  # some are ValueErrors too
        raise UserError(f"configuration: {_sentence(error, profile)}") from error
    except (ApiError, ValueError) as error:
        raise UserError(f"configuration: {with_place(str(error), profile)}") from error
    return found


def files_must_be_readable() -> None:
    """Raises UserError for a configuration file that is no TOML, before the load tool stumbles over it."""
    try:
        configuration.read_layers()
    except configuration.UnreadableError as error:
        raise UserError(f"configuration: {error}") from error


def _sentence(error: Exception, profile: str | None) -> str:
    """A value of the wrong kind, or a secret in a file that is not for secrets; secrets are never quoted."""
    from dlt.common.configuration.exceptions import ValueNotSecretException  # noqa: PLC0415

    if isinstance(error, ValueNotSecretException):
        *sections, key = error.key.split(".")
        return (
            f"{key} is a secret and is in {error.provider_name}; move it to .dlt/secrets.toml or to the environment "
            f"variable {'__'.join((*sections, key)).upper()}"
        )
    key, hint = str(getattr(error, "field_name", "a setting")), getattr(error, "hint", str)
    value = "" if key in configuration.SECRETS else f" {getattr(error, 'field_value', '')!r},"
    path = configuration.path_of(key, profile)
    return (
        f"{key} is{value} not {KINDS.get(hint, 'a text')}; correct it in [{'.'.join(path[:-1])}] of .dlt/config.toml "
        f"or in the environment variable {'__'.join(path).upper()}"
    )
