"""A profile's own settings, section `[sources.constant_contact.<profile>]`, which win over those of all profiles.

dlt asks one place after the other (environment, secrets, configuration) and in each from the narrow section to the wide
one, so that a variable for all profiles would win over a profile's own value in a file. Here the narrow section is
asked for in every place first. Source for the places and their order:
https://dlthub.com/docs/general-usage/credentials/setup
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlt.common.configuration.container import Container
from dlt.common.configuration.exceptions import ValueNotSecretException
from dlt.common.configuration.specs.base_configuration import extract_inner_hint, is_secret_hint
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.configuration.utils import deserialize_value

from sources.constant_contact.configuration import NAME, TOP, OwnValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlt.common.configuration.providers.provider import ConfigProvider


def own_values(profile: str, hints: Mapping[str, Any]) -> dict[str, OwnValue]:
    """Key -> value, of the keys in `hints` (key -> type) that are set for this profile.

    Raises dlt's configuration errors for a value of the wrong type and for a secret in a file that is not for secrets.
    """
    providers = Container()[PluggableRunContext].providers.providers
    found: dict[str, OwnValue] = {}
    for key, hint in hints.items():
        for provider in providers:
            if provider.supports_sections and (value := _value(provider, profile, key, hint)) is not None:
                found[key] = value
                break
    return found


def _value(provider: ConfigProvider, profile: str, key: str, hint: Any) -> OwnValue | None:
    sections = (TOP, NAME, profile)
    raw, full_name = provider.get_value(key, hint, None, *sections)
    if raw is None:
        return None
    if is_secret_hint(hint) and not provider.supports_secrets:
        raise ValueNotSecretException(provider.name, full_name)
    return OwnValue(
        value=deserialize_value(key, raw, extract_inner_hint(hint, preserve_literal=True)),
        provider=provider.name,
        location=provider.get_value_location(key, None, *sections),
        path=(*sections, key),
    )
