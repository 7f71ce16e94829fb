"""What an error about a setting ends with: where it is set, or was looked for, and the command that sets it."""

from __future__ import annotations

import re

from sources.constant_contact import configuration


def with_place(sentence: str, profile: str | None = None) -> str:
    """The sentence, and the place of the first setting that it names; as it is where it names none, or a file."""
    from sources.constant_contact.source import SETTINGS  # noqa: PLC0415 - dlt takes two seconds

    known = {*SETTINGS, *configuration.INTERFACE_KEYS}
    key = next((word for word in re.findall(r"[a-z_]+", sentence) if "_" in word and word in known), None)
    key = key or next((word for word in sentence.split()[:1] if word in known), None)
    if key is None or ".toml" in sentence:
        return sentence
    try:
        place = configuration.place_of(key, profile)
    except configuration.UnreadableError:
        return sentence
    how = "" if "ctct init" in sentence else "; ctct init sets it"
    if place is not None:
        return f"{sentence}; it is set by {place}{how if key in SET_BY_INIT else ''}"
    secrets, config = configuration.searched()
    variable = f"{configuration.ENVIRONMENT}{key.upper()}"
    return f"{sentence}; looked in the environment ({variable}), {secrets} and {config}{how}"


SET_BY_INIT = frozenset(
    (
        "base_url",
        "authorize_url",
        "token_url",
        "device_url",
        "client_id",
        "client_secret",
        "state_dir",
        "time_zone",
    )
)
