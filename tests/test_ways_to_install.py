"""The Dockerfile and the pre-commit hooks say what CI and the wheel do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COPIES = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]


def packed(folder: Path, out: Path) -> set[str]:
    """Names of the files in the wheel that is built from a folder."""
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


@pytest.mark.long
def test_what_the_image_copies_is_what_the_wheel_needs(tmp_path):
    """Built from the copied files alone, the package has every file that it has when built from the checkout."""
    for *names, place in COPIES:
        target = tmp_path / "context" / Path(place).relative_to("/build")
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "target", "logs")
                )
            else:
                file = target / Path(name).name if place.endswith("/") else target
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, file)
    assert packed(tmp_path / "context", tmp_path / "image") == packed(ROOT, tmp_path / "checkout")


def test_the_image_gets_all_that_is_copied():
    """No name that the Dockerfile copies is kept from the builder."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {name for *names, _ in COPIES for name in names} == allowed


def test_what_runs_before_a_commit_runs_in_ci_too():
    """Each pre-commit hook is a step of .ci/run, the architecture test apart, which is one of its tests."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    steps = re.findall(
        r'"\$venv/bin/(ruff|mypy)"([^\n]*)', (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    )
    assert {f"{tool}{arguments}" for tool, arguments in steps} == {
        one for one in entries if not one.startswith("python")
    }
