"""Environments of their own for dbt's adapters, which cannot all be installed beside this project.

They are kept where .ci/run keeps what it installs: CTCT_CI_CACHE, else the user's cache folder.
"""

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

REQUIREMENTS = {
    "spark": ("pyspark==4.0.*", "dbt-spark[session]==1.11.*"),
    "snowflake": ("dbt-snowflake>=1.11,<1.12",),
    "bigquery": ("dbt-bigquery>=1.11,<1.12",),
    "redshift": ("dbt-redshift>=1.11,<1.12",),
    "databricks": ("dbt-databricks>=1.10,<1.12",),
    "trino": ("dbt-trino>=1.10,<1.12",),
}
CORE = "dbt-core>=1.11,<1.12"


def cache() -> Path:
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "constant-contact-pipeline-ci"
    return Path(os.environ.get("CTCT_CI_CACHE") or usual) / "adapters"


def python(adapter: str) -> Path:
    """The interpreter of an adapter's environment, which is made at the first call."""
    folder = cache() / adapter
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            command = [folder / "bin" / "pip", "install", "-q", CORE, *REQUIREMENTS[adapter]]
            subprocess.run(command, check=True)
            (folder / "complete").touch()
    return folder / "bin" / "python"
