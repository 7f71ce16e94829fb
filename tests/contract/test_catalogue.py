"""The catalogue against the facts of the provider's own contract."""

from typing import Any

import pytest
from contract.facts import facts, reading
from contract.properties import answer_of
from contract.properties import resolved as flat

from sources.constant_contact.catalogue import CATALOGUE, LANDING_PAGES, Endpoint, Table

# (resource, path in the contract): why no column of its own, or another type, is right
NO_COLUMN = {
    (
        "email_campaign_summaries",
        "aggregate_percents",
    ): "percentages of one page, not of any row; derived in SQL",
    ("sms_campaign_summaries", "aggregate_percents"): "percentages of one page, not of any row",
}
OTHER_TYPE = {
    ("account_emails", "email_id"): "ids are text",
    ("account_privileges", "privilege_id"): "ids are text",
    ("segments", "segment_id"): "ids are text",
    ("partner_webhooks", "topic_id"): "ids are text",
    ("email_send_history", "send_id"): "ids are text",
    ("custom_fields", "choices.choice_id"): "declared a number, exampled as 9A63BC: ids are text",
    (
        "email_campaign_activity_stats",
        "last_refresh_time",
    ): "a plain string here, a date-time in the twin resource",
    **{
        ("automations", name): "a plain string that the words call a date"
        for name in ("created_date", "promoted_date", "update_date")
    },
    **{
        ("automation_definitions", name): "tasks inside tasks: kept whole"
        for name in ("active_definition", "draft_definition")
    },
    **{
        ("events", f"{at}{name}"): "a plain string that the words call a time in ISO format"
        for at, names in {
            "": "start_time end_time event_start event_end create_time active_time cancelled_time deleted_time",
            "contact.": "",
            "address.": "",
            "online_meeting.": "",
            "default_track.": "registration_end_time",
            "default_track.media_assets.": "",
            "default_track.items.": "start_time end_time deleted_time",
            "default_track.promo_codes.": "start_time end_time deleted_time",
        }.items()
        for name in (*names.split(), "create_time", "last_update_time")
    },
    (
        "event_registration_details",
        "order_summary.payment_time",
    ): "a plain string that the words call a time",
    ("social_profiles", "settings"): "an object without declared names: kept whole",
}
# the contract says in words what it does not declare as a maximum
SIZES_IN_PROSE = {
    "contact_lists": 500,  # a maximum of 1000 is declared beside it
    "contact_tags": 500,
    "segments": 1000,
    "email_campaigns": 500,
    "email_campaign_summaries": 500,
    "sms_campaign_summaries": 50,
    "events": 100,
    "event_registrations": 100,  # said of events only
    **dict.fromkeys(LANDING_PAGES, 500),
}
ENVELOPE = {
    "_links",
    "contacts_count",
    "status",
    "lists_count",
    "errors",
    "page",
    "total_records",
    "next_cursor",
    "prev_cursor",
}
SCALARS = {
    ("string", None): "text",
    ("string", "uuid"): "text",
    ("string", "date-time"): "timestamp",
    ("string", "date"): "date",
    ("integer", None): "bigint",
    ("integer", "int32"): "bigint",
    ("integer", "int64"): "bigint",
    ("number", None): "double",
    ("number", "float"): "double",
    ("number", "double"): "double",
    ("boolean", None): "bool",
}

ENDPOINTS = pytest.mark.parametrize("endpoint", CATALOGUE.values(), ids=CATALOGUE)


def parameters(path: str) -> dict[str, dict[str, Any]]:
    read = reading(path)
    declared = [*facts()["paths"][path].get("parameters", ()), *read.get("parameters", ())]
    resolved = [
        facts()["parameters"][one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one for one in declared
    ]
    return {one["name"]: one for one in resolved if one["in"] == "query"}


def answer(path: str) -> dict[str, Any]:
    return flat(answer_of(reading(path)))


def row_schemas(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Schemas of one row: in the listing, and in the detail where there is one."""
    found = answer(endpoint.path)
    if endpoint.rows_key:
        found = flat(found["properties"][endpoint.rows_key])
    if endpoint.shape != "object":
        found = flat(found["items"])
    return [found, *([answer(endpoint.detail_path)] if endpoint.detail_path else [])]


def misfits(
    endpoint: Endpoint, table: Table, schema: dict[str, Any], path: tuple[str, ...], base: int
) -> list[str]:
    """Properties below `path` without a fitting column in `table` or a child; the table starts at `base`."""
    columns = {column.source: column for column in table.columns}
    children = {
        child.from_: child
        for child in endpoint.children
        if table is endpoint.table and not child.within  # whose ids are in a column of another child too
    }
    wrong: list[str] = []
    for name, raw in schema.get("properties", {}).items():
        here, inner = (*path, name), flat(raw)
        spelled = ".".join(here)
        if (endpoint.resource, spelled) in NO_COLUMN:
            continue
        if here in children:
            child, items = children[here], flat(inner["items"])
            if child.kind == "objects":
                wrong += misfits(endpoint, child, items, here, len(here))
            continue
        column = columns.get(here[base:])
        if column is None and inner.get("properties"):
            wrong += misfits(endpoint, table, inner, here, base)
            continue
        expected = (
            "json" if inner.get("type") == "array" else SCALARS.get((inner.get("type"), inner.get("format")))
        )
        found = column.type if column else None
        if found != expected and not (found and (endpoint.resource, spelled) in OTHER_TYPE):
            wrong.append(f"{table.name}: {spelled} should be {expected}, is {found}")
    return wrong


@ENDPOINTS
def test_every_path_can_be_read(endpoint):
    """Each path of the catalogue, details included, is a GET of the contract."""
    wanted = [path for path in (endpoint.path, endpoint.detail_path, endpoint.lookup_path) if path]
    assert [path for path in wanted if "get" not in facts()["paths"].get(path, {})] == []


@ENDPOINTS
def test_every_parameter_is_declared_with_its_values(endpoint):
    """Each fixed parameter, each filter by date or ids is declared, and each value sent is one of its values."""
    declared = parameters(endpoint.path)
    filters = [name for name in (endpoint.after, endpoint.before, endpoint.ids_param) if name]
    assert [name for name in (*dict(endpoint.query), *filters) if name not in declared] == []
    for name, value in endpoint.params:
        allowed = declared[name].get("enum") or value.split(",")
        assert [one for one in value.split(",") if one not in allowed] == []


@ENDPOINTS
def test_page_sizes_are_the_largest_allowed(endpoint):
    """A page is as large as the contract allows, by declaration or in words; unpaged answers take no size."""
    declared = parameters(endpoint.path).get("limit")
    largest = SIZES_IN_PROSE.get(endpoint.resource) or (int(declared["maximum"]) if declared else None)
    assert largest == endpoint.page_size


@ENDPOINTS
def test_scope_and_privilege_are_the_declared_ones(endpoint):
    """Scope and privilege are those the contract asks for; None or the partner where it asks for none."""
    read = reading(endpoint.path)
    privileges = read.get("x-authorization-privileges") or [None]
    scopes = {scope for one in read["security"] for scopes in one.values() for scope in scopes}
    assert [endpoint.privilege] == privileges
    assert {endpoint.scope} == (scopes or {"partner" if endpoint.login == "partner" else None})


@ENDPOINTS
def test_every_property_has_a_column_of_its_type(endpoint):
    """Each property of each row definition arrives in a column or child table of a fitting type."""
    if endpoint.keys_only:  # of what is another table's, with all of its columns
        others = [of for of in CATALOGUE.values() if of.path == endpoint.path and not of.keys_only]
        assert len(others) == 1
        return
    found = [
        one for schema in row_schemas(endpoint) for one in misfits(endpoint, endpoint.table, schema, (), 0)
    ]
    assert found == []


@ENDPOINTS
def test_no_column_is_invented(endpoint):
    """Each column that is not marked as added by us is a property of the contract."""
    known: set[tuple[str, ...]] = set()

    def walk(schema: dict[str, Any], path: tuple[str, ...]) -> None:
        for name, raw in schema.get("properties", {}).items():
            inner = flat(raw)
            inner = flat(inner["items"]) if inner.get("type") == "array" else inner
            known.add((*path, name))
            if (endpoint.resource, name) not in OTHER_TYPE:  # which may hold itself
                walk(inner, (*path, name))

    for schema in row_schemas(endpoint):
        walk(schema, ())
    invented = [
        f"{table.name}.{column.name}"
        for table in endpoint.tables
        for column in table.columns
        if not column.added
        and not (
            table.parent and column.name in (table.key if table.kind == "values" else endpoint.table.key)
        )
        and (*table.from_, *column.source) not in known
    ]
    assert invented == []


@ENDPOINTS
def test_the_rest_of_the_envelope_is_known(endpoint):
    """Beside the rows an answer holds nothing but links, counts, states and errors."""
    if not endpoint.rows_key:
        return
    beside = set(answer(endpoint.path)["properties"]) - ENVELOPE - {endpoint.rows_key}
    declared = {path for resource, path in NO_COLUMN if resource == endpoint.resource}
    assert beside - declared - set(endpoint.table.key) == set()


def test_what_the_guide_alone_names_is_not_sent_unasked():
    """Values kept for a trial are absent from the contract; once declared, they belong in the parameters."""
    declared = parameters("/contacts")["include"]["enum"]
    assert set(CATALOGUE["contacts"].optional_include) & set(declared) == set()
