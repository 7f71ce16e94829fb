"""The analyst questions that come with the transforms: `analyses/*.sql`, each with its question as its first line.

Knows the two things that such a file may hold besides SQL, a model's name and a setting of the project, and puts in
what dbt would. Must not know dbt, which takes seconds to import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.transform import project_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MODEL = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
_SETTING = re.compile(r"\{\{ var\('(\w+)'\) \}\}")
_SETTINGS = re.compile(r"^  (\w+): (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    name: str
    asks: str
    note: str
    """How the answer is to be read."""
    sql: str
    """Names of marts without their dataset."""


def questions(project: Path | None = None) -> Mapping[str, Question]:
    """Name -> question, by name."""
    folder = project or project_dir()
    settings = dict(_SETTINGS.findall((folder / "dbt_project.yml").read_text()))
    return {path.stem: _read(path, settings) for path in sorted((folder / "analyses").glob("*.sql"))}


def question(name: str) -> Question:
    found = questions()
    if name not in found:
        raise UserError(f"there is no question {name!r}; choose from {', '.join(found)}")
    return found[name]


def _read(path: Path, settings: Mapping[str, str]) -> Question:
    asks, note, sql = path.read_text().split("\n", 2)
    plain = _SETTING.sub(lambda found: settings[found.group(1)], _MODEL.sub(r"\1", sql))
    return Question(
        name=path.stem, asks=asks.removeprefix("-- "), note=note.removeprefix("-- "), sql=plain.strip()
    )
