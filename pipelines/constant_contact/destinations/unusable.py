"""Why a destination cannot be used, as one sentence with what to do: dlt says it in a page, or in its own terms."""

from __future__ import annotations

import difflib
import re
from importlib.metadata import metadata
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.base import first_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

DISTRIBUTION = "constant-contact-pipeline"
NOT_FOR_PEOPLE = {"destination", "dummy"}
DOCS = "https://dlthub.com/docs/dlt-ecosystem/destinations"
NO_COLUMN = re.compile(r"does not have a column with name|column .* does not exist", re.IGNORECASE)
"""DuckDB's and PostgreSQL's words for a column that another program renamed or dropped."""
KINDS = {int: "a whole number", float: "a number", bool: "true or false"}


def no_dataset(dataset: str, place: str, others: Sequence[str]) -> str:
    """`others`: the datasets that are there."""
    what = f"there is no dataset {dataset!r} in {place}"
    if others:
        return f"{what}; choose one that is there with --dataset: {', '.join(others)}"
    return f"{what} yet; run ctct sync first"


def sentence(name: str, error: BaseException) -> str:  # noqa: PLR0911 - one for each kind
    """`name`: the destination as it was asked for."""
    from dlt.common.configuration.exceptions import (  # noqa: PLC0415 - two seconds
        ConfigFieldMissingException,
        ConfigValueCannotBeCoercedException,
        InvalidNativeValue,
        ValueNotSecretException,
    )
    from dlt.common.destination.exceptions import UnknownDestinationModule  # noqa: PLC0415
    from dlt.common.exceptions import MissingDependencyException  # noqa: PLC0415

    match error:
        case _ if name in NOT_FOR_PEOPLE or isinstance(error, UnknownDestinationModule):
            return _unknown(name)
        case MissingDependencyException() | ImportError():
            packages = getattr(error, "dependencies", None) or [f"dlt[{name}]"]
            return (
                f"destination {name!r} needs packages that are not installed; run: {_install(name, packages)}"
            )
        case ConfigFieldMissingException():
            return _missing(name, error.traces)
        case ValueNotSecretException():
            *sections, key = str(error.key).split(".")
            return (
                f"{error.key} is in .dlt/config.toml, and the load tool takes it from secrets only; move {key} into "
                f"[{'.'.join(sections)}] of .dlt/secrets.toml, or set {str(error.key).replace('.', '__').upper()}"
            )
        case InvalidNativeValue():
            return (
                f"{_variable(name, 'credentials')} cannot be read; write it as {DOCS}/{name} describes "
                "(its value is not shown)"
            )
        case ConfigValueCannotBeCoercedException():
            kind = KINDS.get(error.hint, "of the kind that is wanted")
            return (
                f"the setting {error.field_name} of destination {name!r} is not {kind}; correct or remove it"
            )
        case _:
            return f"destination {name!r} cannot be used: {first_line(error)}; see {DOCS}/{name}"


def names() -> list[str]:
    """The destinations that dlt knows."""
    import dlt  # noqa: PLC0415 - two seconds

    return sorted(set(dlt.destinations.__all__) - NOT_FOR_PEOPLE)


def _unknown(name: str) -> str:
    known = names()
    nearest = difflib.get_close_matches(name.lower(), known, n=2, cutoff=0.6)
    hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"choose from {', '.join(known)}"
    return f"there is no destination {name!r}; {hint}"


def _install(name: str, packages: Iterable[str]) -> str:
    """Our extra, with the versions that fit, where there is one; else what dlt names."""
    extras = metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    wanted = [f"{DISTRIBUTION}[{name}]"] if name in extras else packages
    return "pip install " + " ".join(f"'{package}'" for package in wanted)


def _missing(name: str, traces: Mapping[str, Any]) -> str:
    """The setting that a person writes, and the parts of it that are not there."""
    settings = " and ".join(_variable(name, field) for field in traces)
    parts = list(dict.fromkeys(part for found in traces.values() for part in _parts(found)))
    missing = f" (missing in it: {', '.join(parts)})" if parts else ""
    return f"destination {name!r} is not configured; set {settings}{missing}"


def _parts(traces: Any) -> Iterator[str]:
    """Fields of credentials; of several kinds of credentials, those of the first."""
    for trace in traces:
        nested = getattr(trace, "traces", None)
        if nested is not None and getattr(trace, "union_pos", 0) <= 1:
            yield from nested


def _variable(name: str, field: str) -> str:
    return f"DESTINATION__{name}__{field}".upper()


def to_go_on(words: str) -> str:
    """What to do after a load that broke with these words of the database's; most pass, a column's name does not."""
    if NO_COLUMN.search(words):
        return "give that column its name back, or drop its table, which is then read anew, and run again"
    return "run again to go on"
