"""Is a run as fast as its requests? A first night against the real limits: 4 requests a second, 400 ms an answer.

Run as a script; it prints refusals, requests a second over the whole reading, and how far the rest of the run hid
behind the waiting. `python tests/benchmarks/throughput.py [--contacts 40000] [--campaigns 12] [--latency-ms 400]`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=40_000)
    parser.add_argument("--campaigns", type=int, default=12)
    parser.add_argument("--latency-ms", type=int, default=400)
    parser.add_argument("--max-requests", type=int, default=400)
    options = parser.parse_args()
    command = [sys.executable, "-m", "sources.constant_contact_sandbox", "--rps", "4", "--rpd", "10000"]
    for name in ("contacts", "campaigns", "latency_ms"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            served = json.loads(server.stdout.readline())
            _night(served, Path(folder), options.max_requests)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _night(served: dict[str, object], folder: Path, cap: int) -> None:
    environment = os.environ | {
        **{name: str(value) for name, value in dict(served["environment"]).items()},  # type: ignore[call-overload]
        "SOURCES__CONSTANT_CONTACT__REQUESTS_PER_SECOND": "4",
        "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(folder / "state"),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "DESTINATION__DUCKDB__CREDENTIALS": str(folder / "bench.duckdb"),
    }
    began = time.monotonic()
    command = [sys.executable, "-m", "pipelines.constant_contact.cli", "sync", "--json", "--no-transform"]
    ended = subprocess.run(
        [*command, "--max-requests", str(cap)], env=environment, capture_output=True, text=True, check=False
    )
    total_s = time.monotonic() - began
    result = json.loads(ended.stdout)
    origin = str(served["base_url"]).removesuffix("/v3")
    state = httpx.get(f"{origin}/_sandbox/state", timeout=30, trust_env=False).json()
    span_s = state["last_at"] - state["first_at"]
    sent = result["requests"]["sent"]
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"requests {sent}, refused {state['refused_second'] + state['refused_day']}")
    print(f"reading {span_s:.1f} s: {(sent - 1) / span_s:.2f} requests/s (allowed 4)")
    print(f"whole process {total_s:.1f} s, of it not reading {total_s - span_s:.1f} s; peak {peak_mb:.0f} MB")
    print(f"rows loaded {sum(result['rows'].values()):,}; seconds {result['seconds']}")


if __name__ == "__main__":
    main()
