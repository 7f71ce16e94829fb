"""Builds and tests the marts: runs the dbt project in this process against the warehouse.

Knows where the project lies (inside the installed package, or beside the code in a checkout), how a
destination becomes its profile, and how dbt's results become one sentence per failure. Must not know any
model. The project folder may be read-only: everything that dbt writes goes to `work_dir`. dbt takes
seconds to import and is imported only when it runs; it prints nothing and sends nothing.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact import files
from pipelines.constant_contact.display.tally import many
from pipelines.constant_contact.events import MartStarted, TransformEnded, TransformStarted, Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
    from pipelines.constant_contact.events import Listener

HERE = Path(__file__).parent
PROJECT_DIRS = (HERE / "transforms", HERE.parents[1] / "transforms")  # installed, checkout
MAX_REASON = 240  # characters of a database's own words in one sentence
DBT_TEST_KINDS = ("test", "unit_test")
NOT_NIGHTLY = ("--exclude-resource-type", "unit_test", "--exclude", "tag:thorough")
"""Tests of the models' logic on sample rows, and those that models pass by construction: they belong to development."""


class NothingSelectedError(ValueError):
    """The selection matches no model; the message lists the valid names."""


class DocsError(RuntimeError):
    """dbt could not write its documentation; the message is one sentence."""


def project_dir(candidates: Iterable[Path] = PROJECT_DIRS) -> Path:
    """The dbt project of this installation."""
    for candidate in candidates:
        if (candidate / "dbt_project.yml").is_file():
            return candidate
    raise FileNotFoundError(
        f"the dbt project is missing: no dbt_project.yml in {' or '.join(map(str, candidates))}; "
        "install constant-contact-pipeline again, or run with --no-transform"
    )


def analytics_dataset(dataset: str) -> str:
    """Where the marts of a raw dataset are built."""
    return f"{dataset}_analytics"


def run_transforms(
    *,
    destination: DbtProfile,
    dataset: str,
    work_dir: Path,
    listener: Listener,
    select: tuple[str, ...] = (),
    full_refresh: bool = False,
    time_zone: str | None = None,
    project: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TransformEnded:
    """Build and test the models (all, or dbt's `select`); failures are in the answer, not raised.

    `time_zone` is an IANA name in which days are counted; None: the account's own. `project` is another dbt
    project than the installed one, with the same profile. Raises
    `NothingSelectedError` where `select` matches nothing.
    """
    listener(TransformStarted())
    started_at = clock()
    args = ["build", *NOT_NIGHTLY, *(["--select", *select] if select else [])]
    args += ["--full-refresh"] if full_refresh else []
    variables = {"raw_dataset": dataset, **({"time_zone": time_zone} if time_zone else {})}
    answer = _invoke(
        args,
        project or project_dir(),
        destination,
        variables=variables,
        work_dir=work_dir,
        callbacks=[_tells(listener)],
    )
    results = list(getattr(answer.result, "results", None) or [])
    if answer.exception is not None:
        failures: tuple[str, ...] = (_exception_sentence(answer.exception, destination),)
    elif not results and select:
        raise NothingSelectedError(_nothing_selected(select, model_names(project)))
    else:
        failures = tuple(_failure_sentences(results, work_dir))
    ran = [result for result in results if str(result.status) != "skipped"]
    ended = TransformEnded(
        models=sum(result.node.resource_type == "model" for result in ran),
        tests=sum(result.node.resource_type in DBT_TEST_KINDS for result in ran),
        failures=failures,
        seconds=clock() - started_at,
    )
    listener(ended)
    return ended


def docs(
    *, destination: DbtProfile, dataset: str, work_dir: Path, out: Path, project: Path | None = None
) -> Path:
    """Write dbt's documentation of every model and column as one static page to `out`."""
    args = ["docs", "generate", "--static"]
    variables = {"raw_dataset": dataset}
    project = project or project_dir()
    answer = _invoke(args, project, destination, variables=variables, work_dir=work_dir)
    page = work_dir / "target" / "static_index.html"
    if not answer.success or not page.is_file():
        reason = _exception_sentence(answer.exception, destination)
        raise DocsError(f"the documentation was not written: {reason}")
    text = _without_local_paths(page.read_text("utf-8"), (work_dir, project, Path.cwd(), Path.home()))
    with files.replacing(out) as beside:
        beside.write_text(text, "utf-8")
    return out


def _without_local_paths(page: str, folders: Iterable[Path]) -> str:
    """Paths become relative: the page is given to others, who need not know this machine."""
    for folder in folders:
        for path in {folder.absolute(), folder.resolve()} - {Path(folder.anchor or "/")}:
            page = page.replace(f"{json.dumps(str(path))[1:-1]}{json.dumps(os.sep)[1:-1]}", "")
    return page


def model_names(project: Path | None = None) -> tuple[str, ...]:
    """Every mart that can be selected by name."""
    marts = (project or project_dir()) / "models" / "marts"
    return tuple(sorted(path.stem for path in marts.rglob("*.sql")))


def _invoke(
    args: Sequence[str],
    project: Path,
    destination: DbtProfile,
    *,
    variables: Mapping[str, str],
    work_dir: Path,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> Any:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes seconds, only when it runs

    work_dir.mkdir(parents=True, exist_ok=True)
    options: list[str] = [
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(work_dir / "target"), "--log-path", str(work_dir / "logs")),
        *("--vars", json.dumps(variables)),
        *("--log-level", "none", "--quiet", "--no-print", "--no-use-colors", "--no-version-check"),
        "--no-send-anonymous-usage-stats",
    ]
    with _environment(destination.environment()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of dbt's own code are nobody's business here
        try:
            return dbtRunner(callbacks=list(callbacks)).invoke([*args, *options])
        finally:
            _let_go(destination)


def _tells(listener: Listener) -> Callable[[Any], None]:
    """Tells on two of dbt's events: the start of a model, and what the project itself warns of, once."""
    warned: set[str] = set()

    def hear(event: Any) -> None:
        said = event.data
        if event.info.name == "LogStartLine" and said.node_info.resource_type == "model":
            listener(MartStarted(name=said.node_info.node_name, number=said.index, total=said.total))
        elif event.info.name == "JinjaLogWarning" and said.msg not in warned:
            warned.add(said.msg)
            listener(Warned(message=said.msg))

    return hear


def _let_go(destination: DbtProfile) -> None:
    """Close dbt's own connections; dbt-duckdb keeps the file open, and locked, until told."""
    if destination.engine == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 - see _invoke

        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set for the call only: a password must not stay where every later child process would inherit it."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _failure_sentences(results: Sequence[Any], work_dir: Path) -> Iterator[str]:
    for result in results:
        name, kind, status = result.node.name, str(result.node.resource_type), str(result.status)
        if status == "error":
            reason = _first_words(result.message)
            yield f"{kind.replace('_', ' ')} {name} failed: {reason}; {_remedy(result, work_dir)}"
        elif status == "fail" and kind == "unit_test":
            yield f"unit test {name} failed: its model gives other rows; {_remedy(result, work_dir)}"
        elif status == "fail":
            yield f"test {name} failed on {many(result.failures or 0, 'row')}; {_remedy(result, work_dir)}"
    skipped = [result.node.name for result in results if str(result.status) == "skipped"]
    if skipped and any(str(result.status) in {"error", "fail"} for result in results):
        yield f"{len(skipped)} built on these were skipped and keep their rows of the last run"


def _remedy(result: Any, work_dir: Path) -> str:
    compiled = getattr(result.node, "compiled_path", None)
    where = f"see its SQL in {compiled}" if compiled else f"see {work_dir / 'logs' / 'dbt.log'}"
    return f"{where}, then run `ctct transform --select {_model_of(result.node)}`"


def _model_of(node: Any) -> str:
    """The model that a test belongs to, or the model itself."""
    attached = getattr(node, "attached_node", None) or ""
    return str(attached.rsplit(".", 1)[-1] or getattr(node, "model", None) or node.name)


def _first_words(message: str | None) -> str:
    """A database's own words on one line, without dbt's header and pointer lines."""
    lines = [line.strip() for line in (message or "no reason given").splitlines()]
    useful = [
        line for line in lines if line and not line.startswith(("compiled code at", "LINE ", "^", "> "))
    ]
    if len(useful) > 1 and useful[0].split(" in ")[0].endswith("Error"):
        useful = useful[1:]
    text = " ".join(useful).rstrip(".;")
    return text if len(text) <= MAX_REASON else f"{text[: MAX_REASON - 1]}…"


def _exception_sentence(exception: BaseException | None, destination: DbtProfile) -> str:
    text = _first_words(str(exception) if exception is not None else None)
    if "lock on file" in text:
        return f"another program has {destination.duckdb_path} open; close it, then run `ctct transform`"
    return f"the models could not be run: {text}; fix that, then run `ctct transform`"


def _nothing_selected(select: Sequence[str], names: Sequence[str]) -> str:
    return f"no model matches {' '.join(select)!r}; the marts are {', '.join(names)}"
