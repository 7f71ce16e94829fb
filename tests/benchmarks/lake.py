"""A sync into a lake beside one into a DuckDB file: the same account, first and quiet night, wall and CPU seconds.

    python -m tests.benchmarks.lake [--contacts 2000] [--campaigns 5]

The catalog is a PostgreSQL of its own (where it is installed), the files are in a folder. CPU is that of `ctct`, not of
the server. The bar: at most twice the file's time and 15 s.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measured import Measured, home, measured, sandbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "postgres"))
from postgres_server import postgres_server

SYNC = [
    sys.executable,
    "-W",
    "ignore",
    "-m",
    "pipelines.constant_contact.cli",
    "sync",
    "--no-transform",
    "--json",
]
TIMES, MORE_S = 2, 15
CREDENTIALS = "DESTINATION__DUCKLAKE__CREDENTIALS__"


def nights(account: dict[str, int], destination: str, more: dict[str, str]) -> list[Measured]:
    """Of a user with an account of the sandbox, which lets nobody log in twice with one token."""
    with sandbox(**account) as server, home({**server, **more}) as own:
        return [measured([*SYNC, "--destination", destination], own) for _ in range(2)]


def main() -> int:
    made = argparse.ArgumentParser()
    made.add_argument("--contacts", type=int, default=2_000)
    made.add_argument("--campaigns", type=int, default=5)
    options = made.parse_args()
    late = 0
    account = vars(options)
    with postgres_server() as catalog, TemporaryDirectory() as files:
        lake = {f"{CREDENTIALS}CATALOG": catalog.url, f"{CREDENTIALS}STORAGE__BUCKET_URL": files}
        pairs = zip(nights(account, "duckdb", {}), nights(account, "ducklake", lake), strict=True)
        for name, (file, other) in zip(("first night", "quiet night"), pairs, strict=True):
            print(
                f"{name}: file {file.wall_s:.1f} s ({file.cpu_s:.1f} s CPU), lake {other.wall_s:.1f} s"
                f" ({other.cpu_s:.1f} s CPU), ratio {other.wall_s / file.wall_s:.2f} ({other.cpu_s / file.cpu_s:.2f})"
            )
            late += other.wall_s > TIMES * file.wall_s + MORE_S
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
