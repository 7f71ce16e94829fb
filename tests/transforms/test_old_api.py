"""Each question of the API V1 has a view, the views answer it, and the page that names them is true."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transforms.golden_old_api import OLD_API

ROOT = Path(__file__).parents[2]
VIEWS = {path.stem for path in (ROOT / "transforms" / "models" / "old_api").glob("*.sql")}
PAGE = (ROOT / "docs" / "old-api.md").read_text(encoding="utf-8")

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize("sql", OLD_API, ids=lambda sql: re.sub(r".* from (v1_\w+).*", r"\1", sql))
def test_a_view_answers_its_question(built: Rows, sql: str) -> None:
    """As worked out by hand, by today's ids and by the old ones."""
    assert OLD_API[sql] == built(sql)


def test_every_view_is_asked() -> None:
    """No view is left without rows worked out by hand."""
    assert VIEWS == {name for sql in OLD_API for name in re.findall(r"from (v1_\w+)", sql)}


def test_the_views_are_views_beside_the_marts(built: Rows) -> None:
    """They hold nothing of their own, so nothing has to be erased from them."""
    found = built(
        "select table_name from information_schema.tables"
        " where table_schema = 'constant_contact_analytics' and table_type = 'VIEW'"
    )
    assert {name for (name,) in found} == VIEWS


def test_the_page_names_each_view_and_each_question() -> None:
    """The table has a line for each old resource, with its view, and says which have old ids."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert VIEWS == {name for line in lines for name in re.findall(r"`(v1_\w+)`", line)}
    assert [line for line in lines if line.count("|") != 5] == []


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_each_query_of_the_page_runs(built: Rows, sql: str) -> None:
    """As written, on the account by hand, with an answer."""
    assert built(sql.replace("constant_contact_analytics.", ""))
