"""The import rules: what may import what, what stays pure and small; read from the source itself.

Each rule is a line of a table here; a module that no line covers fails, so that a new one has to choose.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from product_modules import PIPELINE, ROOT, SANDBOX, SOURCE, breaches, imports, modules, tree, within

PLAN = tuple(f"{PIPELINE}.planning.{name}" for name in ("cost", "plan"))
ESTIMATES = tuple(f"{SOURCE}.reads.{name}" for name in ("costs", "decisions", "facts", "campaign_estimates"))
PLAN_IMPORTS = (
    *PLAN,
    *ESTIMATES,
    f"{SOURCE}.reads.strategies.estimate",  # of which each is beside the slices that it is about
    f"{SOURCE}.catalogue",
    f"{SOURCE}.windows",
    f"{SOURCE}.campaign_rows",
    f"{SOURCE}.state",
    f"{SOURCE}.warehouse",
)
# area -> areas of ours that it may import; an area is a module with all below it, the longest name wins
ARROWS = {
    f"{SOURCE}.api": (f"{SOURCE}.api",),
    f"{SOURCE}.catalogue": (f"{SOURCE}.catalogue",),
    f"{SOURCE}.windows": (),
    f"{SOURCE}.campaign_rows": (f"{SOURCE}.catalogue",),
    f"{SOURCE}.rows": (f"{SOURCE}.rows", f"{SOURCE}.catalogue"),
    f"{SOURCE}.batches": (f"{SOURCE}.catalogue", f"{SOURCE}.state"),
    f"{SOURCE}.state": (f"{SOURCE}.state", f"{SOURCE}.windows"),
    f"{SOURCE}.withheld": (f"{SOURCE}.catalogue",),
    f"{SOURCE}.warehouse": (f"{SOURCE}.withheld",),
    f"{SOURCE}.sql_tables": (f"{SOURCE}.warehouse",),
    f"{SOURCE}.sql_contacts": (f"{SOURCE}.sql_tables", f"{SOURCE}.warehouse"),
    f"{SOURCE}.sql_warehouse": (
        f"{SOURCE}.sql_contacts",
        f"{SOURCE}.sql_tables",
        f"{SOURCE}.warehouse",
        f"{SOURCE}.withheld",
    ),
    f"{SOURCE}.identity": (
        f"{SOURCE}.api",
        f"{SOURCE}.state",
        f"{SOURCE}.catalogue",
        f"{SOURCE}.warehouse",
        f"{SOURCE}.preflight",
        f"{SOURCE}.reads.permissions",
    ),
    f"{SOURCE}.preflight": (
        f"{SOURCE}.api",
        f"{SOURCE}.catalogue",
        f"{SOURCE}.state",
        f"{SOURCE}.reads.permissions",
    ),
    f"{SOURCE}.reader": (f"{SOURCE}.api", f"{SOURCE}.batches"),
    f"{SOURCE}.reads": (
        f"{SOURCE}.reads",
        f"{SOURCE}.reader",
        f"{SOURCE}.batches",
        f"{SOURCE}.warehouse",
        f"{SOURCE}.api",
        f"{SOURCE}.catalogue",
        f"{SOURCE}.windows",
        f"{SOURCE}.campaign_rows",
        f"{SOURCE}.state",
        f"{SOURCE}.rows",
        f"{SOURCE}.withheld",
    ),
    f"{SOURCE}.memory": (),
    f"{SOURCE}.first_load": (f"{SOURCE}.catalogue", f"{SOURCE}.warehouse"),
    f"{SOURCE}.configuration": (f"{SOURCE}.catalogue",),
    f"{SOURCE}.profile_settings": (f"{SOURCE}.configuration",),
    f"{SOURCE}.leftovers": (),
    f"{SOURCE}.shared_settings": (f"{SOURCE}.api",),
    f"{SOURCE}.kept_rows": (
        f"{SOURCE}.catalogue",
        f"{SOURCE}.sql_tables",
        f"{SOURCE}.sql_warehouse",
        f"{SOURCE}.warehouse",
    ),
    f"{SOURCE}.loaded": (
        f"{SOURCE}.kept_rows",
        f"{SOURCE}.sql_warehouse",
        f"{SOURCE}.warehouse",
        f"{SOURCE}.withheld",
    ),
    f"{SOURCE}.repair": (
        f"{SOURCE}.repair",
        f"{SOURCE}.reads",
        f"{SOURCE}.reader",
        f"{SOURCE}.batches",
        f"{SOURCE}.warehouse",
        f"{SOURCE}.api",
        f"{SOURCE}.catalogue",
        f"{SOURCE}.state",
        f"{SOURCE}.withheld",
    ),
    f"{SOURCE}.source": (SOURCE,),
    f"{SOURCE}.library": (SOURCE,),
    SOURCE: (f"{SOURCE}.library",),
    SANDBOX: (SANDBOX,),
    **dict.fromkeys(PLAN, PLAN_IMPORTS),
    **dict.fromkeys(
        ESTIMATES,
        tuple(area for area in PLAN_IMPORTS if area.startswith(SOURCE) and "strategies" not in area),
    ),
    f"{PIPELINE}.cli": (PIPELINE, SOURCE),
    f"{PIPELINE}.cli_sandbox": (PIPELINE, f"{SANDBOX}.__main__"),
    PIPELINE: (PIPELINE, SOURCE),
}
# package of others -> the only areas that may import it
ONLY_IN = {
    "dlt": (
        f"{SOURCE}.loaded",
        f"{SOURCE}.source",
        f"{SOURCE}.library",
        f"{SOURCE}.configuration",
        f"{SOURCE}.profile_settings",
        f"{SOURCE}.shared_settings",
        PIPELINE,
    ),
    "psycopg": (f"{SOURCE}.api.catalog", PIPELINE),
    "cryptography": (f"{SOURCE}.api.sealing",),
    "dbt": (PIPELINE,),
    "opentelemetry": (f"{PIPELINE}.otel",),
    "duckdb": (PIPELINE,),
    "rich": (PIPELINE,),
    "typer": (PIPELINE,),
    "altair": (PIPELINE,),
    "vl_convert": (PIPELINE,),
    "starlette": (SANDBOX, f"{PIPELINE}.dashboard"),
    "uvicorn": (SANDBOX, f"{PIPELINE}.dashboard"),
    "pyarrow": (
        f"{SOURCE}.rows",
        f"{SOURCE}.reads",
        f"{SOURCE}.batches",
        f"{SOURCE}.source",
        f"{SOURCE}.library",
        f"{SOURCE}.repair",
        f"{SOURCE}.withheld",
        f"{SOURCE}.first_load",
        f"{SOURCE}.catalogue.schema",
        PIPELINE,
    ),
    "requests": (),  # httpx is the one HTTP client
}
PURE = (
    f"{SOURCE}.api.paging",
    f"{SOURCE}.api.errors",
    f"{SOURCE}.windows",
    f"{SOURCE}.campaign_rows",
    f"{SOURCE}.state",
    f"{SOURCE}.rows",
    f"{SOURCE}.catalogue",
    *ESTIMATES,
    *PLAN,
)
INPUT_OUTPUT = {
    "asyncio", "dlt", "duckdb", "filelock", "ftplib", "http", "httpx", "io", "os", "requests", "shutil",
    "smtplib", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib.request", "uvicorn",
}  # fmt: skip
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "open", "mkdir", "unlink", "now"}
LONGEST_MODULE = 400
VAGUE_NAMES = {"helpers", "helper", "utils", "util", "misc", "common", "tools"}


def area_of(name: str) -> str | None:
    return max((area for area in ARROWS if within(name, area)), key=len, default=None)


def allowed(name: str, imported: str) -> bool:
    """Whether an arrow covers it. A package's own front (`__init__`) never opens the rooms behind it."""
    area = area_of(name)
    assert area is not None
    return any(within(imported, target) for target in ARROWS[area])


def against_the_arrows(name: str) -> list[str]:
    ours = {one for one in imports(name) if one.split(".")[0] in ("sources", "pipelines")}
    if area_of(name) is None:
        return (
            ["add a line to ARROWS in tests/test_architecture.py: what of ours it may import"] if ours else []
        )
    return sorted(one for one in ours if not allowed(name, one))


def test_imports_follow_the_arrows():
    """A module imports of ours only what the table of arrows gives its area."""
    assert {} == breaches(against_the_arrows)


def out_of_their_rooms(name: str) -> list[str]:
    found = {one.split(".")[0] for one in imports(name)} & set(ONLY_IN)
    return sorted(one for one in found if not any(within(name, area) for area in ONLY_IN[one]))


def test_packages_of_others_stay_in_their_rooms():
    """dlt, duckdb, rich and the like are imported only where the table says."""
    assert {} == breaches(out_of_their_rooms)


def input_and_output(name: str) -> set[str]:
    if not any(within(name, area) for area in PURE):
        return set()
    found = {one for one in imports(name) if any(within(one, module) for module in INPUT_OUTPUT)}
    functions = [node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    calls = {one.id for one in functions if isinstance(one, ast.Name)}
    methods = {one.attr for one in functions if isinstance(one, ast.Attribute)}
    return found | calls & {"open", "input", "print"} | methods & FILE_METHODS


def test_the_pure_core_does_no_input_or_output():
    """Paging, errors, windows, rows, catalogue, cost and plan import nothing that reads, writes or waits."""
    assert [] == [area for area in PURE if not any(within(name, area) for name in modules())]
    assert {} == breaches(input_and_output)


def unreadable(name: str) -> list[str]:
    lines = modules()[name].read_text(encoding="utf-8").count("\n")
    return [
        *([f"{lines} lines"] if lines > LONGEST_MODULE else []),
        *([] if ast.get_docstring(tree(name)) else ["no docstring"]),
        *sorted(set(name.split(".")) & VAGUE_NAMES),
    ]


def test_modules_stay_readable():
    """A module has at most 400 lines, a docstring that says what it is, and a name that says so too."""
    assert {} == breaches(unreadable)


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """Modules that import themselves by way of others."""

    def reaches(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += arrows[name]
        return seen

    return sorted(name for name in arrows if name in reaches(name))


def test_no_module_imports_itself_by_way_of_others():
    """Imports go in one direction, those for types and those inside functions too."""
    known = modules()
    arrows = {
        name: {
            target
            for imported in imports(name)
            for target in (imported, imported.rpartition(".")[0])
            if target in known and target != name and not within(name, target)
        }
        for name in known
    }
    assert [] == circles(arrows)
    assert ["a", "b"] == circles({"a": {"b"}, "b": {"a"}, "c": {"a"}})


def test_a_forbidden_import_is_noticed():
    """The arrows are no decoration: the ones that matter most are refused by the table."""
    assert [
        allowed(f"{SOURCE}.api.client", f"{SOURCE}.catalogue.CATALOGUE"),
        allowed(f"{SOURCE}.catalogue.contacts", f"{SOURCE}.api"),
        allowed(f"{PIPELINE}.planning.plan", f"{SOURCE}.api.client"),
        allowed(f"{SANDBOX}.routes", f"{SOURCE}.catalogue"),
        allowed(f"{SOURCE}.source", f"{PIPELINE}.sync.run"),
        allowed(f"{PIPELINE}.sync.run", f"{SANDBOX}.serve"),
    ] == [False] * 6


def test_the_checkout_is_what_is_tested():
    """The tests import the code beside them, whether or not an installed copy exists."""
    import sources.constant_contact as source  # noqa: PLC0415

    assert (ROOT / "sources" / "constant_contact" / "__init__.py") == Path(source.__file__)


@pytest.mark.parametrize("name", [f"{SOURCE}.api", f"{SOURCE}.catalogue", SANDBOX, f"{PIPELINE}.cli"])
def test_what_must_be_light_is_light(name):
    """Client, catalogue, sandbox and command line load without dlt, dbt, duckdb or pyarrow."""
    asked = f"import sys, {name}; print(*({{'dlt', 'dbt', 'duckdb', 'pyarrow'}} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []
