"""A destination of the load tool that resolves its configuration once, and not for every step of every load.

Looking through all of dlt's providers for each of its fields takes some milliseconds, a hundred times a load: a third
of the work of a small commit. Nothing that is looked at changes while a command runs.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def remembering(factory: Any) -> Any:
    """The same destination, which remembers what it resolved. Credentials, and with them connections, stay shared."""
    if not isinstance(getattr(factory, "configuration", None), _Remembered):
        factory.configuration = _Remembered(factory.configuration, _of_configuration)
        factory.capabilities = _Remembered(factory.capabilities, _of_capabilities)
    return factory


class _Remembered:
    """A function whose answers are kept, each handed out as a copy, since callers adjust what they get."""

    def __init__(self, ask: Callable[..., Any], key: Callable[..., str | None]) -> None:
        self._ask, self._key = ask, key
        self._answers: dict[str, Any] = {}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        key = self._key(*arguments, **named)
        if key is None:
            return self._ask(*arguments, **named)
        if key not in self._answers:
            self._answers[key] = self._ask(*arguments, **named)
        return copy.copy(self._answers[key])


def _of_configuration(initial_config: Any = None, accept_partial: bool = False) -> str | None:  # noqa: FBT001, FBT002 - as dlt
    """None where credentials come along, which have connections of their own."""
    if initial_config is None or initial_config.get("credentials"):
        return None
    return f"{type(initial_config).__name__} {accept_partial} {sorted(initial_config.items())!r}"


def _of_capabilities(config: Any = None, naming: Any = None) -> str | None:
    if config is not None:
        return None
    return f"{type(naming).__name__} {getattr(naming, 'max_length', None)}"
