"""The committed files that catalogue and contract write, whole or in part: `python -m tests.generated` renews them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sources.constant_contact.catalogue import CATALOGUE, tables
from tests import coverage_report
from tests.dbt_docs import (
    exposures_written_into,
    marts_written_into,
    raw_access_written_into,
    sources_written_into,
    staging_written_into,
)
from tests.resource_table import written_into

if TYPE_CHECKING:
    from collections.abc import Callable

    from sources.constant_contact.catalogue import Endpoint, Table

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "transforms" / "models"
COMMAND = "python -m tests.generated"


def staging_models() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted((MODELS / "staging").glob("stg_*.sql"))}


def with_models(text: str) -> str:
    """`_staging.yml` with what the staging models beside it say."""
    definitions = (MODELS / "docs.md").read_text("utf-8")
    return staging_written_into(text, models=staging_models(), definitions=definitions)


def with_raw_access(text: str) -> str:
    """The README of the dbt project with the staging models that no other model reads."""
    staged = staging_models()
    readers = [path.read_text("utf-8") for path in MODELS.rglob("*.sql") if path.stem not in staged]
    return raw_access_written_into(text, models=staged, readers=readers)


def meta_of_marts() -> dict[str, dict[str, str]]:
    """Mart -> what its definition says under `meta`: what a row is, the question, other packages that answer it."""
    texts = (path.read_text("utf-8") for path in sorted((MODELS / "marts").glob("_marts*.yml")))
    return {
        model["name"]: model.get("config", {}).get("meta", {})
        for text in texts
        for model in yaml.safe_load(text)["models"]
    }


def dbt_readme(text: str) -> str:
    """The README of the dbt project with the table of marts, and with what no mart reads."""
    return marts_written_into(with_raw_access(text), meta=meta_of_marts())


def with_exposures(text: str) -> str:
    """`exposures.yml`: tools and exports read every mart, the questions what they name."""
    marts = meta_of_marts()
    asked = " ".join(path.read_text("utf-8") for path in sorted((MODELS.parent / "analyses").glob("*.sql")))
    named = set(re.findall(r"ref\('(\w+)'\)", asked))
    return exposures_written_into(
        text, read={"query_tools": marts, "exported_files": marts, "questions": named}
    )


def readme(text: str) -> str:
    """The README with the table of resources, and with what of the contract they read."""
    return coverage_report.written_into(written_into(text))


def with_published(text: str) -> str:
    """`published.json` with what the catalogue declares; ValueError where a published table or its key would change."""
    declared = {table.name: _published(of, table) for of in CATALOGUE.values() for table in of.tables}
    for name, known in json.loads(text).items():
        now = declared.get(name, {}).get("key")
        if now != known["key"]:
            what = f"{name} is published with the key {', '.join(known['key'])} and "
            what += f"would have {', '.join(now)}" if now else "is gone"
            raise ValueError(
                f"{what}. If that is meant, say so in CHANGELOG.md and take its line out of tests/published.json."
            )
    lines = [f"  {json.dumps(one.name)}: {json.dumps(declared[one.name])}" for one in tables()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _published(of: Endpoint, table: Table) -> dict[str, Any]:
    marks = of.soft_deletes and table is of.table
    return {
        "key": list(table.key),
        **({"soft_deletes": True} if marks else {}),
        **({"opt_in": True} if of.opt_in else {}),
    }


def view_over_accounts(mart: str) -> str:
    """The model of one mart's rows in every dataset."""
    words = f"-- rows of the mart {mart} of every dataset in the variable account_datasets"
    return f"{words}\n{{{{ union_of_accounts('{mart}') }}}}\n"


def views_over_accounts() -> dict[str, Callable[[str], str]]:
    """File -> what makes it, for each mart with an account's data; the days of the calendar are nobody's."""
    marts = sorted(path.stem for path in (MODELS / "marts").glob("*.sql") if path.stem != "calendar")
    folder = "transforms/models/all_accounts/all_accounts_"
    return {f"{folder}{mart}.sql": lambda _, mart=mart: view_over_accounts(mart) for mart in marts}


GENERATED: dict[str, Callable[[str], str]] = {
    "README.md": readme,
    "transforms/README.md": dbt_readme,
    "transforms/models/staging/_sources.yml": sources_written_into,
    "transforms/models/staging/_staging.yml": with_models,
    "transforms/models/exposures.yml": with_exposures,
    "tests/published.json": with_published,
    **views_over_accounts(),
}
"""File -> what makes it new from what it is."""


def committed(name: str) -> str:
    """The text of a generated file; nothing where it is not made yet."""
    path = ROOT / name
    return path.read_text("utf-8") if path.exists() else ""


def renew() -> None:
    for name, written in GENERATED.items():
        (ROOT / name).write_text(written(committed(name)), "utf-8")


if __name__ == "__main__":
    try:
        renew()
    except ValueError as wrong:
        raise SystemExit(f"{COMMAND}: {wrong}") from wrong
