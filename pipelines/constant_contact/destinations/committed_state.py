"""The state that a load package brought into the destination: of the last load that came to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import dlt


def state_from_tables(
    query: Callable[[str], Sequence[dict[str, Any]]], qualified: Callable[[str], str], pipeline_name: str
) -> dict[str, Any]:
    """As the load tool's own tables have it; empty before the first load. Asked for with SQL, so that the packages of
    a load that broke off do not count.
    """
    from dlt.common.versioned_state import decompress_state  # noqa: PLC0415

    found = query(
        f"select s.state from {qualified('_dlt_pipeline_state')} as s"
        f" join {qualified('_dlt_loads')} as l on l.load_id = s._dlt_load_id"
        f" where s.pipeline_name = '{pipeline_name}' and l.status = 0"
        " order by l.load_id desc limit 1"
    )
    return dict(decompress_state(str(found[0]["state"]))) if found else {}


def state_from_files(pipeline: dlt.Pipeline, pipeline_name: str) -> dict[str, Any]:
    """The same where SQL cannot ask for it."""
    from dlt.common.destination.exceptions import DestinationUndefinedEntity  # noqa: PLC0415
    from dlt.pipeline.state_sync import load_pipeline_state_from_destination  # noqa: PLC0415

    try:
        with pipeline.destination_client() as client:
            found = load_pipeline_state_from_destination(pipeline_name, client)  # type: ignore[arg-type]
    except DestinationUndefinedEntity:
        return {}
    return dict(found or {})
