"""What the analyst questions answer on accounts unlike the hand-written one.

Usage: python question_accounts.py <work dir> <duckdb or postgres>; leaves answers.pickle (account -> question -> rows).
The accounts: one with a year behind it, asked what needs a year; one with tables and no rows; the hand-written one
after all its contacts were deleted. Of the marts those are built that the questions read.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from engines import RAW, RAW_ACCOUNT, Row, dbt, dump, engine
from older_account import ON_PAPER, TABLES, rows

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.constant_contact.questions import questions

QUESTIONS = questions()


def tables(names: Iterable[str] | None = None) -> Iterator[str]:
    """The statements that make the hand-written account's raw tables, or those of them with these names, empty."""
    yield f"create schema {RAW}"
    for found in re.finditer(rf"create table {RAW}\.(\w+) \(.*?\);", RAW_ACCOUNT, re.DOTALL):
        if names is None or found.group(1) in names:
            yield found.group()


def ask(work_dir: Path, kind: str, statements: Iterable[str], names: Iterable[str]) -> dict[str, list[Row]]:
    with engine(kind, work_dir) as warehouse:
        warehouse.execute(statements)
        dbt("run", "--select", *(f"+{name}" for name in names))
        return {name: warehouse.rows(QUESTIONS[name].sql) for name in names}


def main(work_dir: Path, kind: str) -> None:
    deleted = [RAW_ACCOUNT, f"update {RAW}.contacts set deleted_at = '2026-03-10'"]
    answers = {
        "older": ask(work_dir, kind, [*tables(TABLES), *rows()], ON_PAPER),
        "empty": ask(work_dir, kind, tables(), QUESTIONS),
        "deleted": ask(work_dir, kind, deleted, QUESTIONS),
    }
    dump(answers, work_dir / "answers.pickle")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
