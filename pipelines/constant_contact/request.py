"""What a person asked for: the request, and the settings it runs under. Said once, wrong at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.catalogue import resource_names

if TYPE_CHECKING:
    from sources.constant_contact.source import Settings


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

    @property
    def wanted(self) -> frozenset[str]:
        """Raises UserError for a name that is no resource."""
        known = resource_names()
        for name in (*self.select, *self.exclude):
            if name not in known:
                raise UserError(f"there is no resource {name!r}; choose from {', '.join(known)}")
        wanted = frozenset(self.select or known) - frozenset(self.exclude)
        if not wanted:
            raise UserError("--select and --exclude leave nothing to read; drop one of them")
        return wanted


def load_settings(**explicit: Any) -> Settings:
    """The configuration, or one sentence about what is wrong with it."""
    from dlt.common.configuration.exceptions import ConfigurationException  # noqa: PLC0415

    from sources.constant_contact.source import settings  # noqa: PLC0415

    try:
        found = settings(**explicit)
        found.connection()
        found.options()
        if found.requests_per_commit < 1:
            raise ValueError(  # noqa: TRY301 - said like the other settings
                f"requests_per_commit is {found.requests_per_commit}; set it to a whole number above 0"
            )
    except (ApiError, ValueError) as error:
        raise UserError(f"configuration: {error}") from error
    except ConfigurationException as error:
        field_name = getattr(error, "field_name", None)
        what = f"{field_name} has a value of the wrong kind" if field_name else str(error).splitlines()[0]
        raise UserError(
            f"configuration: {what}; see [sources.constant_contact] in .dlt/config.toml or the environment "
            f"variable SOURCES__CONSTANT_CONTACT__{str(field_name or '').upper()}"
        ) from error
    return found
