"""A fuzz of rows on DuckDB, see `row_fuzz`: a small sample with the long tests, the full number with `-m slow`."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from row_fuzz import rounds


@pytest.mark.long
def test_a_sample_of_mutations_costs_only_itself(account: Any) -> None:
    """Some hundred changed rows on DuckDB."""
    assert rounds(account, "sample", 200)


@pytest.mark.slow
def test_two_thousand_mutations_cost_only_themselves(account: Any) -> None:
    """The whole fuzz on DuckDB."""
    sys.stdout.write(rounds(account, "duckdb", 2_000))
