"""What dbt itself knows of the project: metrics, exposures, freshness, and staging held against the catalogue."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.catalogue.columns import DELETED, Table

PROJECT = Path(__file__).parents[2] / "transforms"
STAGING = PROJECT / "models" / "staging"
KINDS = {
    "text": "string", "bigint": "integer", "double": "float", "bool": "boolean", "timestamp": "timestamp",
    "date": "date", "json": "string",
}  # fmt: skip
"""Type in the catalogue -> kind in a staging model."""
TABLES = {table.name: table for endpoint in CATALOGUE.values() for table in endpoint.tables}
STAYS_RAW = (
    "campaign_activities",
    "html_content",
    "document_id",
    "physical_address_in_footer__",
    "document_properties__",
)
"""Beginnings of columns that staging leaves out, with the reason in DECISIONS.md."""
LOAD_ID = "_dlt_load_id"


CANNOT_BE = {
    ("sign_up_cohorts", "retention_rate"): {"null"},  # a cohort has a row because somebody signed up
}
"""Mart and rate -> kinds of value that no row of the mart can have."""


WITHOUT_FLAG = {
    "email_events": "single events and no figures; the flag of a mail is counted from them",
    "planned_sends": "of what is not sent yet nothing can be loaded",
    "sms_campaigns": "the API's own totals: there is no feed",
}
"""Mart that names a mail or campaign and has no `is_wholly_loaded` -> why."""
WITHOUT_COUNT = {
    "landing_pages": "a page is no mail, and the API has no totals of it",
    "sms_campaigns": "the API's own totals: there is no feed",
}
"""Mart with a rate of opens or clicks that says nothing of what is not wholly loaded -> why."""
NO_SAMPLE = {
    "channel_months": "all campaigns of a month",
    "contacts": "one person",
    "sunset_policies": "all mails of three months",
    "year_over_year": "all mails of a month",
}
"""Mart with a rate of opens or clicks without an interval -> of what the rate is."""


@pytest.fixture
def manifest(nights: Path) -> Any:
    return json.loads((nights / "manifest.json").read_text())


def staged(table: str) -> dict[str, str]:
    """Column -> kind, as the staging model of a raw table lists them."""
    sql = (STAGING / f"stg_{table}.sql").read_text()
    found = re.search(r"raw_table\('(\w+)', (\{.*?\})\)", sql, re.DOTALL)
    assert found is not None
    assert table == found.group(1)
    columns: dict[str, str] = ast.literal_eval(found.group(2))
    return columns


def test_every_raw_table_is_staged() -> None:
    """
    Each table of the catalogue has its staging model, and each staging model its table or a table's history.
    """
    models = {path.stem.removeprefix("stg_") for path in STAGING.glob("stg_*.sql")}
    histories = set(models) - set(TABLES)
    assert set(TABLES) <= set(models)
    assert histories <= {f"{name}_history" for name in TABLES}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_staging_reads_the_columns_of_the_catalogue(table: Table) -> None:
    """
    A staging model has every column of its table with the table's type, but those that stay raw on purpose.
    """
    expected = {
        column.name: KINDS[column.type]
        for column in table.columns
        if column.name != DELETED and not column.name.startswith(STAYS_RAW)
    }
    assert expected == {name: kind for name, kind in staged(table.name).items() if name != LOAD_ID}


def test_every_definition_of_a_count_or_rate_has_its_metric(manifest: Any) -> None:
    """
    docs.md defines a metric once; the semantic layer offers it under the same name and points there.
    """
    text = (PROJECT / "models" / "docs.md").read_text()
    counts_and_rates = text[text.index("## Counts") : text.index("## Intervals")]
    defined = set(re.findall(r"{% docs (\w+) %}", counts_and_rates))
    metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
    assert defined <= metrics.keys()
    for name in defined:
        block = re.search(rf"{{% docs {name} %}}(.*?){{% enddocs %}}", text, re.DOTALL)
        assert block is not None
        assert block.group(1) == metrics[name]["description"]


def test_a_rate_divides_what_its_definition_says(manifest: Any) -> None:
    """
    Numerator and denominator of each rate are those of docs.md; each leaves out mails of which the other is not known.
    """
    measures = {
        measure["name"]: measure["expr"]
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    rates = [metric for metric in manifest["metrics"].values() if metric["type"] == "ratio"]
    assert len(rates) == 10
    for rate in rates:
        numerator, denominator = rate["description"].split(" / ")
        parts = rate["type_params"]
        above, below = (measures[parts[part]["name"]] for part in ("numerator", "denominator"))
        assert f"case when {denominator} is not null then {numerator} end" == above
        assert f"case when {numerator} is not null then {denominator} end" == below


def test_every_rate_and_share_has_a_range_test(manifest: Any) -> None:
    """
    A mart with a rate or a share has the test that holds them between 0 and 1.
    """
    marts = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    }
    tested = {
        node["attached_node"] for node in manifest["nodes"].values() if node["name"].startswith("shares_")
    }
    with_shares = {
        name
        for name, node in marts.items()
        if any(re.search(r"(_rate|_share)$|share_of_", column) for column in node["columns"])
    }
    assert len(with_shares) > 15
    assert with_shares == tested


def depends_on(node: Any) -> set[str]:
    return {name.rsplit(".", 1)[-1] for name in node["depends_on"]["nodes"]}


@pytest.mark.parametrize(
    ("name", "package", "besides"),
    [("report_page", "reporting", {"account"}), ("dashboard", "dashboard", {"account", "contact_growth"})],
)
def test_a_page_is_an_exposure_of_what_it_reads(
    manifest: Any, name: str, package: str, besides: set[str]
) -> None:
    """
    Whoever changes a mart sees in dbt that the pages stand on it; `besides`: what another package reads for them.
    """
    sources = (Path(__file__).parents[2] / "pipelines" / "constant_contact" / package).glob("*.py")
    text = "\n".join(source.read_text() for source in sources)
    read = set(re.findall(r"marts\.name\('(\w+)'\)", text))
    assert len(read) > 3
    assert read | besides == depends_on(manifest["exposures"][f"exposure.constant_contact.{name}"])


def test_questions_and_tools_are_exposures_of_what_they_read(manifest: Any) -> None:
    """
    The questions stand on the marts that they name, tools and exports on every mart, metrics on theirs.
    """
    exposures = {node["name"]: depends_on(node) for node in manifest["exposures"].values()}
    analyses = [node for node in manifest["nodes"].values() if node["resource_type"] == "analysis"]
    assert exposures["questions"] == set().union(*map(depends_on, analyses))
    marts = {path.stem for path in (PROJECT / "models" / "marts").glob("*.sql")}
    assert exposures["query_tools"] == exposures["exported_files"] == marts
    assert exposures["semantic_layer"] == set().union(*map(depends_on, manifest["semantic_models"].values()))


def test_every_mart_has_a_contract(manifest: Any) -> None:
    """
    Names and types of a mart's columns are fixed, whatever the database.
    """
    marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    ]
    assert [] == [mart["name"] for mart in marts if not mart["contract"]["enforced"]]
    types = {column["data_type"] for mart in marts for column in mart["columns"].values()}
    assert types == {"text", "bigint", "double precision", "boolean", "timestamp", "date"}


def columns_of_marts(manifest: Any) -> dict[str, set[str]]:
    return {
        node["name"]: set(node["columns"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    }


def test_a_figure_of_a_mail_says_whether_its_feeds_are_wholly_loaded(manifest: Any) -> None:
    """
    Each mart with a mail or a campaign carries the flag, but those that have a reason.
    """
    marts = columns_of_marts(manifest)
    of_mails = {name for name, columns in marts.items() if {"campaign_activity_id", "campaign_id"} & columns}
    assert len(of_mails) > 15
    assert WITHOUT_FLAG.keys() == {name for name in of_mails if "is_wholly_loaded" not in marts[name]}


def rates_of_responses(columns: set[str]) -> set[str]:
    return {name for name in columns if re.search(r"(?<!human_)(?<!to_)(open|click)_rate$", name)}


def test_a_figure_over_mails_says_how_many_are_not_wholly_loaded(manifest: Any) -> None:
    """
    Each mart with a rate of opens or clicks has the flag of one mail or a count over several.
    """
    with_rates = {
        name: columns for name, columns in columns_of_marts(manifest).items() if rates_of_responses(columns)
    }
    assert len(with_rates) > 20
    silent = {
        name
        for name, columns in with_rates.items()
        if not any(column.endswith("_wholly_loaded") for column in columns)
    }
    assert WITHOUT_COUNT.keys() == silent


def test_a_rate_of_a_small_group_has_its_interval(manifest: Any) -> None:
    """
    Beside each rate of opens or clicks of a group stand both ends of what chance allows.
    """
    bare = {
        mart
        for mart, columns in columns_of_marts(manifest).items()
        for rate in rates_of_responses(columns)
        if not {f"{rate}_low", f"{rate}_high"} <= columns
    }
    assert NO_SAMPLE.keys() == bare


def test_keys_of_other_marts_have_relationship_tests(manifest: Any) -> None:
    """
    A mart with a contact, mail or list of another mart tests that it is there.
    """
    owners = {"contact_id": "contacts", "campaign_activity_id": "campaign_activities", "list_id": "lists"}
    tested = {
        (depends_on(node) - {node["attached_node"].rsplit(".", 1)[-1]}).pop()
        + f" {node['attached_node'].rsplit('.', 1)[-1]}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "relationships"
    }
    without = [
        f"{owner} {mart['name']}"
        for mart in manifest["nodes"].values()
        if mart["resource_type"] == "model" and "marts" in mart["fqn"]
        for key, owner in owners.items()
        if key in mart["columns"] and mart["name"] != owner and f"{owner} {mart['name']}" not in tested
    ]
    # a link's list is the one that a click adds to: it may be long gone
    assert without == ["lists links"]


def test_freshness_is_the_time_of_the_last_load(nights: Path) -> None:
    """
    `dbt source freshness` measures from the last load, and fails when it is old.
    """
    (result,) = json.loads((nights / "freshness.json").read_text())["results"]
    assert ("error", "2026-03-11T03:05:00") == (result["status"], result["max_loaded_at"][:19])


def test_every_column_of_every_model_is_described(manifest: Any) -> None:
    """
    Nobody meets a column that says nothing of itself, staging included.
    """
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    silent = [
        f"{model['name']}.{name}"
        for model in models
        for name, column in model["columns"].items()
        if not column["description"]
    ]
    assert [] == silent
    assert all(model["columns"] and model["description"] for model in models)


def kind_of(rate: float | None) -> str:
    if rate is None:
        return "null"
    return "positive" if rate else "zero"


def test_every_rate_has_unit_tests_with_a_number_zero_and_null(manifest: Any) -> None:
    """
    Each column named *_rate of each mart is expected to be a number, zero and null somewhere in dbt's unit tests.
    """
    rates = {
        (model["name"], column)
        for model in manifest["nodes"].values()
        if model["resource_type"] == "model" and "marts" in model["fqn"]
        for column in model["columns"]
        if column.endswith("_rate")
    }
    seen: dict[tuple[str, str], set[str]] = {rate: set() for rate in rates}
    for test in manifest["unit_tests"].values():
        for row in test["expect"]["rows"]:
            for column in row.keys() & {column for mart, column in rates if mart == test["model"]}:
                seen[test["model"], column].add(kind_of(row[column]))
    kinds = {"positive", "zero", "null"}
    missing = [
        f"{mart}.{column} misses {', '.join(sorted(lacks))}"
        for (mart, column), found in sorted(seen.items())
        if (lacks := kinds - CANNOT_BE.get((mart, column), set()) - found)
    ]
    assert [] == missing
    assert all(not found & CANNOT_BE.get(rate, set()) for rate, found in seen.items())
    assert set(CANNOT_BE) < rates


def test_every_mart_is_in_the_table_of_the_documentation() -> None:
    """
    The README says of each mart what a row is and which question it answers, and names none that is not there.
    """
    text = (PROJECT / "README.md").read_text()
    table = text[text.index("## The marts") : text.index("No mart reads these views")]
    named = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert sorted(named) == sorted(path.stem for path in (PROJECT / "models" / "marts").glob("*.sql"))


def test_every_mart_is_in_the_readme() -> None:
    """
    The table of marts in the README of the whole leaves none out.
    """
    text = (PROJECT.parent / "README.md").read_text()
    table = text[text.index("## Marts") : text.index("## Personal data")]
    marts = {path.stem for path in (PROJECT / "models" / "marts").glob("*.sql")}
    assert marts - set(re.findall(r"`(\w+)`", table)) == set()
