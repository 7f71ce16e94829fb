"""The field's words instead of private ones, in names and in prose.

Names are checked word by word, as the parts between underscores and humps; prose is text in Markdown, SQL, YAML,
docstrings, comments and messages. To add a word, add a line.
"""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "Roster", "Follow", "TooDear", "Opened", "FAREWELL", "PATIENCE", r"foret(ell|old)\w*", "settle[ds]?", "settling",
    "believed", "learned_at", "plainer", "proof_path", "marks_vanished", "try_include", "untold", "owed_links",
)  # fmt: skip
PROSE = (
    r"\bmend(s|ed|ing)?\b", r"\bmade-up\b", r"\blacking\b", r"\bforet(ells?|old)\b", r"\bis ill\b", r"\bgone out\b",
    "refused with a sentence", "holds its tables against",
)  # fmt: skip
NAMED = re.compile("|".join(rf"(?:(?<![A-Za-z]){word}(?![a-z]))" for word in NAMES))
WRITTEN = re.compile("|".join(PROSE))


def files() -> list[Path]:
    """Product code, transforms and documents, without what dbt writes."""
    found = [path for top in ("sources", "pipelines", "docs") for path in (ROOT / top).rglob("*")]
    found += [path for path in (ROOT / "transforms").rglob("*") if not {"target", "logs"} & set(path.parts)]
    return sorted(
        path for path in [*found, *ROOT.glob("*.md")] if path.suffix in {".py", ".md", ".sql", ".yml"}
    )


def code_and_text(path: Path) -> tuple[str, str]:
    """(names and operators, strings and comments) of a module; of any other file all is text."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return "", content
    parts: dict[bool, list[str]] = {False: [], True: []}
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        parts[token.type in {tokenize.STRING, tokenize.COMMENT}].append(token.string)
    return " ".join(parts[False]), "\n".join(parts[True])


def test_words_are_those_of_the_field() -> None:
    """No private word is a name, and none stands in prose."""
    found = {}
    for path in files():
        code, text = code_and_text(path)
        words = [match[0] for match in (*NAMED.finditer(code), *WRITTEN.finditer(text))]
        if words:
            found[str(path.relative_to(ROOT))] = words
    assert {} == found


def test_the_check_finds_what_it_looks_for() -> None:
    """Names by their parts, whatever stands around them; prose by whole words."""
    assert ["settled", "believed"] == [
        match[0] for match in NAMED.finditer("self._settled believed_by settledness")
    ]
    assert ["mended"] == [match[0] for match in WRITTEN.finditer("it is mended, amended and recommended")]
