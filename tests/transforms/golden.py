"""The hand-written account on an engine: the answers to the queries of test_marts.py, and what dbt's own tests say.

Usage: python golden.py <work dir> <duckdb or postgres>; leaves answers.pickle (query -> rows).
"""

import sys
from pathlib import Path

from engines import RAW_ACCOUNT, dbt, dump, engine
from golden_channels import CHANNELS
from golden_old_api import OLD_API
from golden_rows import EXPECTED
from golden_samples import SAMPLES
from odd_orders import EXPECTED as ORDERS
from odd_orders import MODELS, ODD_ORDERS, RELATION

if __name__ == "__main__":
    work_dir, kind = Path(sys.argv[1]), sys.argv[2]
    with engine(kind, work_dir) as warehouse:
        warehouse.execute([RAW_ACCOUNT])
        dbt("build")
        answers = {sql: warehouse.rows(sql) for sql in EXPECTED | CHANNELS | SAMPLES | OLD_API}
        warehouse.execute([ODD_ORDERS])
        dbt("build", *MODELS, variables={"orders_relation": RELATION})
        dump(answers | {sql: warehouse.rows(sql) for sql in ORDERS}, work_dir / "answers.pickle")
