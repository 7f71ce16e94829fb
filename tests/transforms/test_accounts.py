"""Marts of several accounts: whose rows they are, and the views that hold them together."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from transforms.script_runs import ENGINES, run_script

SCRIPT = Path(__file__).with_name("two_accounts.py")
MODELS = Path(__file__).parents[2] / "transforms" / "models"
MARTS = {path.stem for path in (MODELS / "marts").glob("*.sql")} - {"calendar"}


def answers(work_dir: Path, engine: str) -> Any:
    run_script(SCRIPT, work_dir, engine, timeout_s=1800)
    return pickle.loads((work_dir / "answers.pickle").read_bytes())


def test_every_mart_with_account_data_has_a_view_over_all_accounts() -> None:
    """
    A mart that is added without its view would be missing across accounts; days belong to nobody.
    """
    views = {path.stem.removeprefix("all_accounts_") for path in (MODELS / "all_accounts").glob("*.sql")}
    assert views == MARTS


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_two_accounts_stand_side_by_side(tmp_path: Path, engine: str) -> None:
    """
    Every view holds the rows of both datasets, each with its account; an account that is not known is null, and a
    column that an older version did not build too.
    """
    found = answers(tmp_path, engine)
    assert found["accounts"] == [("acc", "constant_contact", 6), ("acme", "constant_contact_acme", 4)]
    assert found["campaigns"] == [
        (account, campaign, sends)
        for account in ("acc", "acme")
        for campaign, sends in (("club", 2), ("draft", None), ("spring", 7))
    ]
    assert {name for (name,) in found["tables"]} == MARTS
    assert {mart: row for mart, row in found["sums"].items() if row[0] is not True} == {}
    empty = {mart for mart, row in found["sums"].items() if row[1] != 2}
    assert empty == {"attributed_orders", "campaign_revenue"}  # no orders relation is named
    assert set(found["unknown"]) == {("acc", "constant_contact", 6), (None, "constant_contact_acme", 4)}
    assert found["older"] == [("constant_contact", "VIP"), ("constant_contact_acme", None)]
