"""What dbt says of the raw tables and of their staging models, written from the catalogue's descriptions.

Text in, text out. A table's entry is replaced where it stands and a missing one is added at the end; entries
of what the catalogue does not know (histories as sources, the loader's own table) stay as somebody wrote them.
A staging model's SQL says which raw column becomes which staged one and, in its first line, its grain.
"""

import json
import re
from collections.abc import Iterable, Mapping

from sources.constant_contact.catalogue import table, tables
from sources.constant_contact.catalogue.columns import Table, Type

HISTORY = "_history"
RAW_ACCESS = "<!-- views without a mart: generated from the models -->"
END_OF_RAW_ACCESS = "<!-- end of views without a mart -->"
MARTS = "<!-- marts: generated from the models -->"
END_OF_MARTS = "<!-- end of marts -->"
NOWHERE = "\N{EN DASH}"
ADDED = {"_dlt_load_id": "load package that brought or last re-read the row"}
"""Staged columns that neither the catalogue nor a definition of docs.md describes."""
NOT_THE_SHARED_KEY = {("email_links", "list_id")}
"""Columns that are called like a definition of docs.md and hold something more special."""
KINDS: Mapping[Type, str] = {
    "text": "string",
    "json": "string",
    "bigint": "integer",
    "double": "float",
    "bool": "boolean",
    "timestamp": "timestamp",
    "date": "date",
}
"""Type of a column -> what the macro `sql_type` calls it."""
_TYPED = re.compile(r"^ +'(\w+)': '(\w+)',$", re.MULTILINE)
_MODEL = re.compile(
    r"-- (?P<grain>.+?)\n.*final as \(\s+select\s+(?P<columns>.+?)\s+from source\b", re.DOTALL
)


def sources_written_into(text: str) -> str:
    """`_sources.yml` with an entry for each raw table: its grain, its key and all its columns."""
    return _replaced(text, indent=6, entries={one.name: _source(one) for one in tables()})


def staging_written_into(text: str, *, models: Mapping[str, str], definitions: str) -> str:
    """`_staging.yml` with an entry for each model (name -> SQL); `definitions` is the text of docs.md."""
    defined = frozenset(re.findall(r"{% docs (\w+) %}", definitions))
    entries = {name: _model(name, sql, defined) for name, sql in models.items()}
    return _replaced(text, indent=2, entries=entries)


def raw_access_written_into(text: str, *, models: Mapping[str, str], readers: Iterable[str]) -> str:
    """The README of the dbt project with a line for each staging model (name -> SQL) that no other model reads.

    `readers`: the SQL of all other models. ValueError without the two markers.
    """
    read = {name for sql in readers for name in re.findall(r"ref\('(\w+)'\)", sql)}
    lines = ["| view | one row per |", "|---|---|"]
    for name in sorted(models.keys() - read):
        grain = models[name].splitlines()[0].removeprefix("-- one row per ")
        lines.append(f"| `{name}` | {grain} |")
    return _between(text, RAW_ACCESS, END_OF_RAW_ACCESS, lines)


def marts_written_into(text: str, *, meta: Mapping[str, Mapping[str, str]]) -> str:
    """The README of the dbt project with a line for each mart (name -> its `meta`), in the order that stands there; new
    ones come last. ValueError when a mart says no `one_row_per` or `question`, or without the two markers.
    """
    standing = re.findall(
        r"^\| `(\w+)` \|", text.partition(MARTS)[2].partition(END_OF_MARTS)[0], re.MULTILINE
    )
    lines = ["| mart | one row per | question | also in |", "|---|---|---|---|"]
    for name in [*(name for name in standing if name in meta), *sorted(meta.keys() - set(standing))]:
        said = meta[name]
        if not {"one_row_per", "question"} <= said.keys():
            raise ValueError(
                f"mart {name} has no one_row_per or question: add both to config.meta in its yml."
            )
        lines.append(
            f"| `{name}` | {said['one_row_per']} | {said['question']} | {said.get('also_in', NOWHERE)} |"
        )
    return _between(text, MARTS, END_OF_MARTS, lines)


def exposures_written_into(text: str, *, read: Mapping[str, Iterable[str]]) -> str:
    """`exposures.yml`: each exposure (name -> models that it reads) depends on those. ValueError for a missing one."""
    for name, models in read.items():
        refs = _joined(f"      - ref('{model}')" for model in sorted(set(models)))
        standing = rf"(  - name: {name}\n(?:    .*\n)*?    depends_on:\n)(?:      - .*\n)*"
        text, found = re.subn(standing, lambda match, refs=refs: match[1] + refs, text)
        if not found:
            raise ValueError(f"exposure {name} is not there: add it, with depends_on, to exposures.yml.")
    return text


def _between(text: str, begin: str, end: str, lines: Iterable[str]) -> str:
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"no place for the list: put {begin} and {end} around it.")
    return f"{before}{begin}\n{_joined(lines)}{end}{after}"


def _replaced(text: str, *, indent: int, entries: Mapping[str, str]) -> str:
    head, *parts = re.split(rf"^(?= {{{indent}}}- name: )", text, flags=re.MULTILINE)
    standing = {part.split(maxsplit=3)[2]: part for part in parts}
    return head + "".join({**standing, **entries}.values())


def _source(one: Table) -> str:
    grain = f"{_sentence(one.grain)} Key: {', '.join(one.key)}."
    lines = [
        f"      - name: {one.name}",
        f"        description: {_quoted(grain)}",
        "        columns:",
    ]
    for column in one.columns:
        lines += [
            f"          - name: {column.name}",
            f"            description: {_quoted(_sentence(column.description))}",
            *([] if column.type == "text" else [f"            data_type: {column.type}"]),
        ]
    return _joined(lines)


def _model(name: str, sql: str, defined: frozenset[str]) -> str:
    found = _MODEL.match(sql)
    if found is None:
        raise ValueError(
            f"{name}.sql: begin with '-- one row per ...', end with 'final as (select ... from source)'."
        )
    raw_name = name.removeprefix("stg_")
    is_history = raw_name.endswith(HISTORY) and raw_name not in {one.name for one in tables()}
    one = table(raw_name.removesuffix(HISTORY) if is_history else raw_name)
    staged_by_raw = dict(_renamed(found["columns"]))
    key = (*one.key, "valid_from") if is_history else one.key
    if missing := [part for part in key if part not in staged_by_raw]:
        raise ValueError(f"{name}.sql: select the key too, it lacks {', '.join(missing)}.")
    if wrong := list(_other_types(one, sql)):
        raise ValueError(f"{name}.sql: {'; '.join(wrong)}.")
    grain = f"{_capital(found['grain'])}: raw table `{raw_name}`, renamed and cast."
    lines = [
        f"  - name: {name}",
        f"    description: {_quoted(grain)}",
        "    data_tests:",
        "      - grain:",
        "          arguments:",
        f"            columns: [{', '.join(staged_by_raw[part] for part in key)}]",
        "    columns:",
    ]
    for raw, staged in staged_by_raw.items():
        lines += [
            f"      - name: {staged}",
            f"        description: {_quoted(_staged_description(one, raw, staged, defined))}",
        ]
    return _joined(lines)


def _other_types(one: Table, sql: str) -> Iterable[str]:
    """What `raw_table` calls otherwise than the catalogue does."""
    for raw, kind in _TYPED.findall(sql):
        if raw in one.column_names and kind != KINDS[one.column(raw).type]:
            yield f"{raw} is a {one.column(raw).type}, which raw_table calls {KINDS[one.column(raw).type]}, not {kind}"


def _renamed(columns: str) -> Iterable[tuple[str, str]]:
    for line in columns.split(","):
        raw, _, staged = line.strip().partition(" as ")
        yield raw, staged or raw


def _staged_description(one: Table, raw: str, staged: str, defined: frozenset[str]) -> str:
    if staged in defined and (one.name, staged) not in NOT_THE_SHARED_KEY:
        return f"{{{{ doc('{staged}') }}}}"
    return _sentence(ADDED[raw] if raw in ADDED else one.column(raw).description)


def _sentence(words: str) -> str:
    return f"{_capital(words)}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
