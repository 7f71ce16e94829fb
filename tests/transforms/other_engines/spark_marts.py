"""The marts on a real Spark, from raw tables in Parquet. Runs in Spark's own environment, without this project.

Usage: python spark_marts.py <work dir>; reads variables.json (dataset -> dbt's variables) and
raw/<dataset>/<table>/*.parquet there, leaves the marts in marts/<dataset>/<mart>/*.parquet and figures.json: seconds of
each part, and the most memory that the driver held, in MiB.
"""

import json
import os
import sys
import time
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

HERE = Path(__file__).parent
PROJECT = HERE.parents[2] / "transforms"


def session(work_dir: Path) -> SparkSession:
    """Two threads, 2 GiB, no network; dbt finds it as the process's own."""
    settings = {
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(work_dir / "warehouse"),
        "spark.local.dir": str(work_dir / "local"),
        "spark.sql.session.timeZone": "UTC",
        # the tables are small: planning and compiling, not reading, take the time
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def read_raw(spark: SparkSession, folder: Path) -> None:
    spark.sql(f"create database {folder.name}")
    for table in sorted(folder.iterdir()):
        spark.sql(f"create table {folder.name}.{table.name} using parquet location '{table}'")


def dbt(variables: dict[str, object]) -> None:
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(HERE), "--no-version-check", "--quiet")
    answer = dbtRunner().invoke(["run", *places, "--vars", json.dumps(variables)])
    if not answer.success:
        sys.exit(f"dbt run failed on Spark: {answer.exception or 'see above'}")


def write_marts(spark: SparkSession, dataset: str, folder: Path) -> None:
    for row in spark.sql(f"show tables in {dataset}_analytics").collect():
        mart = spark.table(f"{dataset}_analytics.{row.tableName}")
        mart.coalesce(1).write.parquet(str(folder / row.tableName))


def peak_mib(spark: SparkSession) -> int:
    """The most memory that the driver's JVM ever held; it is a child of this process."""
    jvm = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    status = Path(f"/proc/{jvm}/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
    return int(peak) // 1024


def main(work_dir: Path) -> None:
    os.environ.update(
        CTCT_DBT_TARGET="spark",
        DBT_TARGET_PATH=str(work_dir / "target"),
        DBT_LOG_PATH=str(work_dir / "logs"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    started = time.monotonic()
    spark = session(work_dir)
    figures = {"start": time.monotonic() - started}
    for dataset, variables in json.loads((work_dir / "variables.json").read_text()).items():
        began = time.monotonic()
        read_raw(spark, work_dir / "raw" / dataset)
        dbt(variables)
        write_marts(spark, dataset, work_dir / "marts" / dataset)
        figures[dataset] = time.monotonic() - began
    figures["peak_mib"] = peak_mib(spark)
    (work_dir / "figures.json").write_text(json.dumps(figures))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
