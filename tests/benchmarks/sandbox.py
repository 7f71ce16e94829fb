"""Measure the sandbox itself: build time, memory, pages a second for contacts (all sub-resources) and a feed.

    python -m tests.benchmarks.sandbox [--contacts 1000000] [--campaigns 20] [--max-events N] [--pages 200]

Runs the sandbox as a process of its own and reads it over loopback with one keep-alive connection.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import httpx

NEXT = re.compile(rb'"href":"([^"]+)"')
INCLUDE = "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes"


def rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def read(client: httpx.Client, origin: str, path: str, pages: int) -> dict[str, float]:
    """Follow next links for at most `pages` pages."""
    rows = size = read_pages = 0
    begin, slowest = time.perf_counter(), 0.0
    href: str | None = path
    while href and read_pages < pages:
        at = time.perf_counter()
        body = client.get(origin + href).raise_for_status().content
        slowest = max(slowest, time.perf_counter() - at)
        found = NEXT.search(body, max(0, len(body) - 2000))
        href = found[1].decode() if found else None
        rows += body.count(b'"contact_id"')
        size += len(body)
        read_pages += 1
    seconds = time.perf_counter() - begin
    figures = {"pages": read_pages, "rows": rows, "mb": size / 1e6, "pages_per_s": read_pages / seconds}
    return {name: round(value, 1) for name, value in figures.items()} | {"slowest_s": round(slowest, 3)}


def main() -> None:
    made = argparse.ArgumentParser()
    made.add_argument("--contacts", type=int, default=1_000_000)
    made.add_argument("--campaigns", type=int, default=20)
    made.add_argument("--max-events", type=int, default=5_000_000)
    made.add_argument("--pages", type=int, default=200)
    options = made.parse_args()
    command = [sys.executable, "-m", "sources.constant_contact_sandbox", "--rps", "0", "--rpd", "0"]
    for name in ("contacts", "campaigns", "max_events"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        urls = json.loads(child.stdout.readline())
        result: dict[str, object] = {
            "build_s": round(time.perf_counter() - begin, 1),
            "rss_mb": round(rss_mb(child.pid)),
        }
        origin = urls["base_url"].removesuffix("/v3")
        headers = {"Authorization": f"Bearer {urls['access_token']}"}
        with httpx.Client(headers=headers, timeout=60) as client:
            contacts = f"/v3/contacts?status=all&limit=500&include={INCLUDE}"
            result["contacts"] = read(client, origin, contacts, options.pages)
            late = "&updated_after=2026-06-01T00:00:00Z"
            result["contacts_updated_after"] = read(client, origin, contacts + late, options.pages)
            found = client.get(origin + "/v3/emails?limit=500").json()["campaigns"]
            sent = next(c for c in found if c["current_status"] == "Done")
            detail = client.get(f"{origin}/v3/emails/{sent['campaign_id']}").json()
            report = f"/v3/reports/email_reports/{detail['campaign_activities'][0]['campaign_activity_id']}"
            for feed in ("sends", "opens", "didnotopens"):
                result[feed] = read(client, origin, f"{report}/tracking/{feed}?limit=500", options.pages)
            state = client.get(origin + "/_sandbox/state").json()
            result["held"] = {name: state[name] for name in ("contacts", "campaigns", "events")}
            begin = time.perf_counter()
            client.get(origin + "/v3/contact_lists?include_membership_count=all").raise_for_status()
            result["membership_counts_s"] = round(time.perf_counter() - begin, 2)
            begin = time.perf_counter()
            client.post(origin + "/_sandbox/advance?days=1").raise_for_status()
            result["advance_day_s"] = round(time.perf_counter() - begin, 2)
        result["rss_mb_end"] = round(rss_mb(child.pid))
        child.terminate()
    result["client_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
