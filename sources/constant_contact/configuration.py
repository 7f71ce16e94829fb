"""Which settings exist, which are set, and where each value came from: `.dlt/*.toml` files and the environment.

dlt resolves the settings; what it is not asked for it passes over without a word, so that a misspelt key looks like one
that is set. This module reads the same places as dlt does and names what nobody will read. Values are looked at only
for their shape (table or not): a secret never leaves this module.
Source for the places and their order: https://dlthub.com/docs/general-usage/credentials/setup
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import resource_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dlt.common.configuration.specs import BaseConfiguration

TOP, NAME, NOTIFY = "sources", "constant_contact", "notify"
SECTION = f"[{TOP}.{NAME}]"
ENVIRONMENT = f"{TOP}__{NAME}__".upper()
INTERFACE_KEYS = frozenset(
    (
        "api_key", "contact_reading", "erase_after", "exclude_columns", "export_check", "html_content",
        "landing_page_ids", "login", "memory", "opt_in", "profile", "publish", "report", "store", "store_key",
        "time_zone", "wait",
    )
)  # fmt: skip
"""Of those that `Settings` declares: what no profile may be called, and what makes a subsection one."""
NOTIFY_KEYS = frozenset(
    ("command", "email_to", "heartbeat", "on", "smtp_url", "stale_after", "webhook")
)  # fmt: skip
"""Of `[sources.constant_contact.notify]`."""
NOTIFY_SECRETS = ("heartbeat", "smtp_url", "webhook")
"""Who knows one of these addresses can write there."""
LOADER_SECTIONS = frozenset(("data_writer", "extract", "load", "normalize", "schema"))
"""Subsections in which dlt itself looks for its own settings of one source."""
SECRETS = frozenset(
    ("access_token", "api_key", "client_secret", "refresh_token", "store_key", *NOTIFY_SECRETS)
)
"""Never shown."""
PROFILE_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
SCHEMA_SUFFIXES = ("analytics", "staging", "staging_models")
"""Ends of schema names that the marts and the load tool make of a dataset."""
LIKE_OURS = 0.85
"""How much a section's name must resemble ours to be taken for a slip of the pen, not for another source."""
LIKE_KEYS = 0.7
"""How much two keys must resemble each other for one to be proposed for the other."""
MAX_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One place where settings are, as nested tables with lower-case names."""

    name: str
    """The path of a file, or "" for the environment."""
    tables: Mapping[str, Any]

    def spell(self, *path: str) -> str:
        """How a person finds a key again."""
        if not self.name:
            return f"the environment variable {'__'.join(path).upper()}"
        return f"{path[-1]} in {_section(path)} of {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is set and does nothing."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A setting that is not left at its default."""

    key: str
    shown: str
    """As a person may see it; never a secret."""
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnValue:
    """One setting that a profile has for itself."""

    value: Any
    """Of the setting's type; a secret is not shown by whoever shows values."""
    provider: str
    location: str
    """Of the file, as the load tool names it; empty for the environment."""
    path: tuple[str, ...]
    """Sections and key."""


class UnreadableError(ValueError):
    """A file that is no TOML; the message is one sentence."""


def findings(own_keys: Collection[str], layers: Collection[Layer] | None = None) -> list[Finding]:
    """What nobody will read. `own_keys`: those that `Settings` declares. Raises UnreadableError."""
    layers = read_layers() if layers is None else layers
    named = profiles(own_keys, layers)
    found: list[Finding] = []
    for layer in layers:
        found += _misplaced(layer)
        for path, key, value in _keys(layer, named):
            read = NOTIFY_KEYS if path[-1] == NOTIFY else frozenset(own_keys)
            found += _finding(layer, (*path, key), value, read)
    return found


def profiles(own_keys: Collection[str], layers: Collection[Layer] | None = None) -> tuple[str, ...]:
    """Subsections with at least one known key, sorted, whether their names are allowed or not."""
    known = frozenset(own_keys) | INTERFACE_KEYS
    return tuple(
        sorted(
            {
                name
                for layer in (read_layers() if layers is None else layers)
                for name, table in _own_table(layer).items()
                if isinstance(table, dict) and name not in {NOTIFY, *LOADER_SECTIONS, *known}
                if any(key in known or key == NOTIFY for key in table)
            }
        )
    )


def profile_fault(name: str, own_keys: Collection[str] = ()) -> str | None:
    """What is wrong with a profile's name; None: nothing. `own_keys`: as in `findings`."""
    if name in {NOTIFY, *LOADER_SECTIONS, *INTERFACE_KEYS, *own_keys} or name in resource_names():
        return f"{name} is a name that ctct uses itself; choose another name for the profile"
    if not PROFILE_NAME.fullmatch(name):
        return f"{name!r} is no profile's name; use lower-case letters, digits and _ between words"
    suffix = next((end for end in SCHEMA_SUFFIXES if name.endswith(end)), None)
    if suffix is not None:
        return f"a profile's name cannot end in {suffix}, which is the end of a schema's name; choose another"
    return None


def path_of(key: str, profile: str | None) -> tuple[str, ...]:
    """Sections and key of the place that counts: the profile's own where it has the key."""
    if profile is not None:
        tables = [_own_table(layer).get(profile) for layer in read_layers()]
        if any(isinstance(table, dict) and key in table for table in tables):
            return TOP, NAME, profile, key
    return TOP, NAME, key


def values(
    resolve: Callable[[], BaseConfiguration], own: Callable[[], Mapping[str, OwnValue]] = dict
) -> list[Value]:
    """The settings that are set, as `resolve` finds them through dlt, each with its origin.

    `own`: those of the profile, which dlt was given as they are.
    """
    from dlt.common.configuration.providers.provider import EXPLICIT_VALUES_PROVIDER_NAME  # noqa: PLC0415
    from dlt.common.configuration.utils import get_resolved_traces  # noqa: PLC0415 - two seconds

    traces = get_resolved_traces().resolved_traces
    before = len(traces)
    configuration = resolve()
    found: dict[str, Value] = {}
    for trace in traces[before:]:
        if type(trace.config) is type(configuration) and trace.provider_name != EXPLICIT_VALUES_PROVIDER_NAME:
            origin = _origin(trace.provider_name, trace.provider_location, (*trace.sections, trace.key))
            shown = "set" if trace.key in SECRETS else _shown(getattr(configuration, trace.key, trace.value))
            found[trace.key] = Value(key=trace.key, shown=shown, origin=origin)
    for key, one in own().items():
        shown = "set" if key in SECRETS else _shown(one.value)
        found[key] = Value(key=key, shown=shown, origin=_origin(one.provider, one.location, one.path))
    return list(found.values())


def read_layers() -> list[Layer]:
    """The environment, then dlt's files, the first one winning. Raises UnreadableError."""
    return [Layer(name="", tables=_environment(os.environ)), *(_read(path) for path in _files())]


def place_of(key: str, profile: str | None = None) -> str | None:
    """Where a setting is, as a person finds it again; None: nowhere. Raises UnreadableError."""
    for layer in read_layers():
        own = _own_table(layer)
        for path, table in (((TOP, NAME, profile), own.get(profile or "")), ((TOP, NAME), own)):
            if isinstance(table, dict) and key in table:
                return layer.spell(*filter(None, path), key)
    return None


def searched() -> tuple[Path, ...]:
    """The files of settings of the current folder, there or not."""
    from dlt.common.runtime.run_context import active  # noqa: PLC0415 - two seconds

    folder = Path(active().settings_dir).absolute()
    return folder / "secrets.toml", folder / "config.toml"


def _files() -> list[Path]:
    """The files of dlt that are there. Raises UnreadableError where dlt could not read one."""
    from dlt.common.configuration.exceptions import ConfigProviderException  # noqa: PLC0415 - two seconds
    from dlt.common.runtime.run_context import active  # noqa: PLC0415

    try:
        context = active()
    except ConfigProviderException as error:
        for path in getattr(error, "full_paths", ()):
            if Path(path).is_file():
                _read(Path(path))  # says where the mistake is
        raise UnreadableError(" ".join(str(error).split())) from error
    folders = dict.fromkeys(Path(each).absolute() for each in (context.settings_dir, context.global_dir))
    paths = [each / name for name in ("secrets.toml", "config.toml") for each in folders]
    # dlt passes over folders, which some container tools make where a file to mount is missing.
    if folder := next((path for path in paths if path.is_dir()), None):
        raise UnreadableError(f"{folder} is a folder, where a file of settings belongs; remove it")
    return [path for path in paths if path.is_file()]


def _read(path: Path) -> Layer:
    where, text = path.absolute(), ""
    try:
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            mark = "begins with a byte order mark, which TOML does not allow; save it as UTF-8 without BOM"
            raise UnreadableError(f"the file {where} {mark}")
        return Layer(name=str(where), tables=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(
            f"the file {where} is not valid TOML: {_fault(text, error)}; correct it there"
        ) from error
    except (UnicodeDecodeError, OSError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UnreadableError(f"the file {where} cannot be read: {reason}; correct or remove it") from error


def _fault(text: str, error: tomllib.TOMLDecodeError) -> str:
    """With line and column. For a text in quotes that never ends, tomllib names only the end of the file."""
    import tomlkit.exceptions  # noqa: PLC0415 - comes with dlt

    if "line" not in str(error):
        try:
            tomlkit.parse(text)
        except tomlkit.exceptions.ParseError as other:
            return f"{str(error).partition(' (at')[0]} (at line {other.line}, column {other.col})"
    return str(error)


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """Variables of our section as nested tables; a table that is also a value keeps its keys."""
    tables: dict[str, Any] = {}
    for name in sorted(variables):
        if not name.startswith(ENVIRONMENT):
            continue
        *path, key = name.lower().split("__")
        table = tables
        for part in path:
            inner = table.get(part)
            table = table.setdefault(part, {}) if inner is None or isinstance(inner, dict) else {}
        table.setdefault(key, None)
    return tables


def _own_table(layer: Layer) -> Mapping[str, Any]:
    top = layer.tables.get(TOP)
    own = top.get(NAME) if isinstance(top, dict) else None
    return own if isinstance(own, dict) else {}


def _keys(layer: Layer, named: Collection[str]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """(path of the section, key, value) of everything in our section, its profiles and their `notify`."""
    own = _own_table(layer)
    sections: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((TOP, NAME), own)]
    sections += [((TOP, NAME, name), own[name]) for name in named if isinstance(own.get(name), dict)]
    skipped = {*LOADER_SECTIONS, *named}
    for path, table in sections:
        for key, value in table.items():
            if isinstance(value, dict) and key == NOTIFY:
                yield from (((*path, NOTIFY), inner, each) for inner, each in value.items())
            elif not (isinstance(value, dict) and key in skipped):
                yield path, key, value
    yield from (((TOP, NAME), name, {}) for name in named if name in own and profile_fault(name))


def _finding(layer: Layer, path: tuple[str, ...], value: Any, read: frozenset[str]) -> Iterator[Finding]:
    """Of one key. `read`: those of its section that a feature reads."""
    *_, section, key = path
    if key in read:
        return
    if isinstance(value, dict) and section != NOTIFY:
        first = () if layer.name else tuple(value)[:1]  # a variable is a whole path
        yield Finding(sentence=f"{layer.spell(*path, *first)} is not used: {_section_fault(key, value)}")
    else:
        nearest = _nearest(key, read)
        yield Finding(sentence=f"{layer.spell(*path)} is not used: there is no such setting; {nearest}")


def _section_fault(name: str, table: Mapping[str, Any]) -> str:
    """Of a subsection that is no profile. An empty one stands for a profile whose name is not allowed."""
    fault = profile_fault(name)
    if fault and not table:
        return fault
    if difflib.get_close_matches(name, [NOTIFY], cutoff=LIKE_KEYS):
        return f"there is no such section; did you mean {NOTIFY}?"
    return "no known key is in it, which would make it a profile; correct its keys or remove it"


def _nearest(key: str, names: Collection[str]) -> str:
    nearest = difflib.get_close_matches(key.lower().replace("-", "_"), sorted(names), n=1, cutoff=LIKE_KEYS)
    return f"did you mean {nearest[0]}?" if nearest else "see Configuration in the README, or remove it"


def _misplaced(layer: Layer) -> Iterator[Finding]:
    """Sections and variables whose names are nearly ours."""
    if not layer.name:
        yield from _misspelt_variables(os.environ)
        return
    for name, table in layer.tables.items():
        if not isinstance(table, dict):
            yield from [_no_section(layer, name)] if name == TOP else ()
            continue
        if name != TOP and _is_like(name, NAME):
            yield _wrong_section(layer, name)
        if name == TOP or _is_like(name, TOP):
            for inner, value in table.items():
                if (name, inner) == (TOP, NAME) and not isinstance(value, dict):
                    yield _no_section(layer, f"{inner} in [{name}]")
                if isinstance(value, dict) and (name, inner) != (TOP, NAME) and _is_like(inner, NAME):
                    yield _wrong_section(layer, f"{name}.{inner}")


def _no_section(layer: Layer, key: str) -> Finding:
    what = "is not used: it is a value; write its settings below"
    return Finding(sentence=f"{key} of {layer.name} {what} {SECTION}")


def _wrong_section(layer: Layer, section: str) -> Finding:
    where = f"the section [{section}] of {layer.name}"
    return Finding(sentence=f"{where} is not used: there is no such section; did you mean {SECTION}?")


def _misspelt_variables(variables: Mapping[str, str]) -> Iterator[Finding]:
    """A prefix in small letters, with one underscore for two, or with a slip in it."""
    for name in sorted(variables):
        if name.startswith(ENVIRONMENT):
            if name != name.upper():
                yield _wrong_variable(name, name.upper())
            continue
        words = list(re.finditer(r"[A-Za-z0-9]+", name))
        for count in (2, 3):  # CONSTANTCONTACT is one word, CONSTANT_CONTACT two
            if len(words) > count and _is_like(name[: words[count - 1].end()], f"{TOP}{NAME}"):
                yield _wrong_variable(name, ENVIRONMENT + name[words[count].start() :].upper())
                break


def _wrong_variable(name: str, right: str) -> Finding:
    return Finding(
        sentence=f"the environment variable {name} is not used: there is no such setting; did you mean {right}?"
    )


def _is_like(name: str, ours: str) -> bool:
    plain, wanted = (re.sub(r"[^a-z]", "", text.lower()) for text in (name, ours))
    return difflib.SequenceMatcher(None, plain, wanted).ratio() >= LIKE_OURS


def _origin(provider: str, location: str, path: tuple[str, ...]) -> str:
    if provider == "Environment Variables":
        return f"the environment variable {'__'.join(path).upper()}"
    file = next((file for file in _files() if _is_file_of(file, location)), None)
    return f"{file or location or provider}, {_section(path)}"


def _section(path: tuple[str, ...]) -> str:
    """Where in a file a key is."""
    return f"[{'.'.join(path[:-1])}]" if path[1:] else "its top, before any section"


def _is_file_of(file: Path, location: str) -> bool:
    """The load tool names a file by its name, those of the user's own folder with a word before it."""
    from dlt.common.runtime.run_context import active  # noqa: PLC0415 - two seconds

    everywhere, _, name = location.rpartition(":")
    folder = active().global_dir if everywhere else active().settings_dir
    return file == Path(folder).absolute() / name


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
