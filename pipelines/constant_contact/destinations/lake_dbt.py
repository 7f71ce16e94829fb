"""How dbt opens a lake: a plugin of its DuckDB adapter, which runs the statements that `DbtProfile` hands over.

They hold passwords, so they come in a variable of this process, which is set while dbt runs, and not in a file.
"""

from __future__ import annotations

import json
import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def configure_connection(self, conn: Any) -> None:
        for statement in json.loads(os.environ["CTCT_LAKE_OPENING"]):
            conn.execute(statement)
