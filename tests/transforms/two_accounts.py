"""Two accounts in two datasets of one warehouse, and the views over both.

Usage: python two_accounts.py <work dir> <duckdb or postgres>; leaves answers.pickle (name -> rows).
The second account is the first one's rows with an id of its own and two contacts fewer.
"""

import sys
from pathlib import Path

from engines import PROJECT, RAW, RAW_ACCOUNT, Engine, dbt, dump, engine

OTHER = "constant_contact_acme"
UNIONS = ("--select", "path:models/all_accounts")
MARTS = sorted(path.stem for path in (PROJECT / "models" / "marts").glob("*.sql") if path.stem != "calendar")
QUERIES = {
    "accounts": "select account_id, dataset_name, count(*) from all_accounts.contacts group by 1, 2 order by 1, 2",
    "campaigns": "select account_id, campaign_id, sends from all_accounts.campaigns order by 1, 2",
    "tables": "select table_name from information_schema.tables where table_schema = 'all_accounts' order by 1",
}


def second_account() -> list[str]:
    """The statements of the hand-written account for another dataset, without Ben and the contact with SMS only."""
    return [
        RAW_ACCOUNT.replace(f"{RAW}.", f"{OTHER}.").replace(f"schema {RAW};", f"schema {OTHER};"),
        f"update {OTHER}.account set encoded_account_id = 'acme'",
        f"delete from {OTHER}.contacts where contact_id in ('ben', 'sms')",
    ]


def unknown(warehouse: Engine) -> None:
    """The account's row is gone from the second dataset, and a column of `tags` as an older version left it."""
    warehouse.execute(
        [f"delete from {OTHER}.account", f"alter table {OTHER}_analytics.tags drop column tag_name cascade"]
    )


def answers(warehouse: Engine) -> dict[str, object]:
    found: dict[str, object] = {name: warehouse.rows(sql) for name, sql in QUERIES.items()}
    sums = {}
    for mart in MARTS:
        datasets = [f"(select count(*) from {dataset}_analytics.{mart})" for dataset in (RAW, OTHER)]
        sums[mart] = warehouse.rows(
            f"select count(*) = {' + '.join(datasets)}, count(distinct dataset_name) from all_accounts.{mart}"
        )[0]
    return {**found, "sums": sums}


def main(work_dir: Path, kind: str) -> None:
    with engine(kind, work_dir) as warehouse:
        warehouse.execute([RAW_ACCOUNT])
        warehouse.execute(second_account())
        for dataset in (RAW, OTHER):
            dbt("run", variables={"raw_dataset": dataset})
        both = {"account_datasets": [RAW, OTHER]}
        dbt("run", *UNIONS, variables=both)
        found = answers(warehouse)
        unknown(warehouse)
        dbt(
            "run",
            "--select",
            "contacts",
            "calendar",
            "email_events",
            "int_recipients",
            variables={"raw_dataset": OTHER},
        )
        dbt("run", *UNIONS, variables=both)
        found["unknown"] = warehouse.rows(QUERIES["accounts"])
        found["older"] = warehouse.rows("select dataset_name, tag_name from all_accounts.tags order by 1")
        dump(found, work_dir / "answers.pickle")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
