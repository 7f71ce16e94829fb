"""How a run begins after one that died: in agreement with the destination, whatever the other left behind.

The destination alone says what is loaded and how far reading came, since rows and state are committed there together.
Knows: the load tool's working folder. Must not know: what is loaded, the API.

A run may die between any two of its steps, and leaves one of these behind:
  a package half written                nobody looks at it again; its requests are read anew
  a package extracted or normalized     whole, as each step ends with a rename: it is finished, by its own schema
  a package extracted *and* normalized  died between two renames: the normalized one counts
  a package half loaded                 begun anew: a file may be in its table although nobody noted it, and the load
                                        tool would add it once more. Staging tables are emptied, and merging twice is
                                        merging once; what was added to a table itself is taken out by its load id
  a state on disk that is ahead         its package is lost, so trusting it would lose rows without a word: the
                                        folder is emptied, and state and schema come from the destination
  files that cannot be read             the same
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.folder import is_damaged
from sources.constant_contact.state.dataset import section_of
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import dlt

    from pipelines.constant_contact.destinations.warehouse import Warehouse

FOLLOWING = (".sql", ".reference")
"""Jobs that the load tool adds to a package while loading it."""
FINISHING = "the last run ended before its last group was loaded; finishing that first"
GONE = "{} no longer has the state of what earlier runs loaded (it was deleted, emptied or replaced); all is read anew"
DROPPING = "what the last run left behind cannot be finished; it is dropped and will be read again"


def repair_folder(folder: Path) -> bool:
    """Remove a working folder whose state or schema cannot be read; whether there was one."""
    if not is_damaged(folder):
        return False
    shutil.rmtree(folder)
    return True


def agree_with_destination(warehouse: Warehouse, warn: Callable[[str], None]) -> None:
    """Finish or drop what is pending, then take the destination's word. Raises dlt's errors for a destination that
    cannot be asked.
    """
    from dlt.common.exceptions import DltException  # noqa: PLC0415 - two seconds, which `--help` must not cost

    pipeline = warehouse.pipeline
    _remove_unfinished_extracts(pipeline)
    if pipeline.has_pending_data:
        warn(FINISHING)
        try:
            _finish(pipeline)
        except (DltException, OSError):
            # Most likely the package: a destination that does not answer fails again, and says so, right below.
            warn(DROPPING)
            pipeline.drop()
    if section_of(pipeline.state) and not warehouse.committed_state():
        warn(GONE.format(warehouse.name))
    pipeline.sync_destination()
    if _is_ahead(warehouse):
        pipeline.drop()
        pipeline.sync_destination()


def _finish(pipeline: dlt.Pipeline) -> None:
    normalized = set(pipeline.list_normalized_load_packages())
    for load_id in normalized & set(pipeline.list_extracted_load_packages()):
        shutil.rmtree(_extracts(pipeline) / "extracted" / load_id)
    for load_id in normalized:
        _begin_anew(pipeline, Path(pipeline.working_dir) / "load" / "normalized" / load_id)
    if normalized:
        pipeline.load()
    if extracted := pipeline.list_extracted_load_packages():
        _take_schema(pipeline, _extracts(pipeline) / "extracted" / max(extracted))
        pipeline.normalize()
        pipeline.load()


def _take_schema(pipeline: dlt.Pipeline, package: Path) -> None:
    """Make a package's schema the pipeline's, which the load tool writes after the package, and goes by."""
    from dlt.common.schema import Schema  # noqa: PLC0415

    stored = json.loads((package / "schema.json").read_bytes())
    pipeline.schemas.save_schema(Schema.from_dict(stored, validate_schema=False))


def _begin_anew(pipeline: dlt.Pipeline, package: Path) -> None:
    """Make a package as it was before its loading began: all its files are to be loaded, its staging tables emptied.

    The load tool empties them when it applies the package's schema, which it does once. What follows from loaded files
    (the merges) it adds by itself, when they are loaded.
    """
    applied = package / "applied_schema_updates.json"
    if not applied.exists():
        return
    _take_out(pipeline, package)
    for done in ("started_jobs", "completed_jobs"):
        for job in (package / done).iterdir():
            job.rename(package / "new_jobs" / job.name)
    for job in (package / "new_jobs").iterdir():
        if job.suffix in FOLLOWING:
            job.unlink()
    shutil.rmtree(package / ".pending_transitions", ignore_errors=True)
    applied.rename(package / "schema_updates.json")


def _take_out(pipeline: dlt.Pipeline, package: Path) -> None:
    """Rows that this package added to tables without a merge."""
    from dlt.destinations.exceptions import DatabaseUndefinedRelation  # noqa: PLC0415

    schema = json.loads((package / "schema.json").read_bytes())
    added = [name for name, one in schema["tables"].items() if one.get("write_disposition") == "append"]
    with pipeline.sql_client(schema["name"]) as client:
        for name in added:
            if not name.startswith("_"):  # the load tool's own
                of = client.make_qualified_table_name(name)
                with suppress(DatabaseUndefinedRelation):
                    client.execute_sql(f"delete from {of} where _dlt_load_id = {literal(package.name)}")


def _remove_unfinished_extracts(pipeline: dlt.Pipeline) -> None:
    """Folders of extractions that never came to their end; the load tool leaves them for ever."""
    if _extracts(pipeline).is_dir():
        for left in _extracts(pipeline).iterdir():
            if left.is_dir() and left.name != "extracted":
                shutil.rmtree(left)


def _extracts(pipeline: dlt.Pipeline) -> Path:
    return Path(pipeline.working_dir) / "normalize"


def _is_ahead(warehouse: Warehouse) -> bool:
    """Whether the state on disk is not the one that the destination committed last."""
    state: Any = warehouse.pipeline.state
    committed = warehouse.committed_state()
    return bool(committed["_version_hash"] != state["_version_hash"] if committed else section_of(state))
