"""The provider's contract as bare facts: paths, parameters, values, scopes, privileges and shapes; none of its prose.

`facts.json` lies beside this module, so that a plain clone runs every test that asks the contract. Where a copy of the
contract itself lies beside the checkout, a test compares the two. Make it anew, from the top of the project, with

    python -m tests.contract.facts ../shared/api/constant-contact-v3-openapi.yml
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

FACTS = Path(__file__).with_name("facts.json")
CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "api" / "constant-contact-v3-openapi.yml"

SCHEMA = ("type", "format", "$ref", "enum", "required", "maximum", "minimum", "maxLength", "maxItems")
PARAMETER = (
    "name",
    "in",
    "required",
    "type",
    "format",
    "enum",
    "default",
    "maximum",
    "minimum",
    "collectionFormat",
)
ORDERED = ("post", "/activities/contact_exports")
"""The one request besides GET that any setting sends."""


def schema(of: dict[str, Any]) -> dict[str, Any]:
    """A schema without titles, descriptions and examples; those inside it likewise."""
    bare: dict[str, Any] = {key: of[key] for key in SCHEMA if key in of}
    if "properties" in of:
        bare["properties"] = {name: schema(inner) for name, inner in of["properties"].items()}
    if isinstance(of.get("items"), dict):
        bare["items"] = schema(of["items"])
    if "allOf" in of:
        bare["allOf"] = [schema(part) for part in of["allOf"]]
    return bare


def parameter(of: dict[str, Any]) -> dict[str, Any]:
    bare = {key: of[key] for key in (*PARAMETER, "$ref") if key in of}
    for inner in ("items", "schema"):
        if inner in of:
            bare[inner] = schema(of[inner])
    return bare


def operation(of: dict[str, Any]) -> dict[str, Any]:
    """What is asked, who may ask, and the shape of each successful answer."""
    answers = {
        str(status): answer for status, answer in of["responses"].items() if str(status).startswith("2")
    }
    return {
        "parameters": [parameter(one) for one in of.get("parameters", ())],
        "security": of.get("security", []),
        "x-authorization-privileges": of.get("x-authorization-privileges", []),
        "responses": {
            status: {"schema": schema(answer["schema"])} if "schema" in answer else {}
            for status, answer in answers.items()
        },
    }


def path_item(path: str, of: dict[str, Any]) -> dict[str, Any]:
    verbs = {"get": of["get"]} if "get" in of else {}
    if (ORDERED[0], path) == ORDERED:
        verbs[ORDERED[0]] = of[ORDERED[0]]
    if not verbs:
        return {}
    return {
        "parameters": [parameter(one) for one in of.get("parameters", ())],
        **{verb: operation(one) for verb, one in verbs.items()},
    }


def references(of: Any) -> set[str]:
    """Names of the definitions that something points to."""
    if isinstance(of, list):
        return set().union(*map(references, of))
    if not isinstance(of, dict):
        return set()
    own = {of["$ref"].rsplit("/", 1)[-1]} if isinstance(of.get("$ref"), str) else set()
    return own.union(*map(references, of.values()))


def facts_of(contract: dict[str, Any]) -> dict[str, Any]:
    """The facts of a whole contract (Swagger 2): what can be read, and the definitions that this needs."""
    items = {path: path_item(path, item) for path, item in contract["paths"].items()}
    paths = {path: item for path, item in items.items() if item}
    parameters = {name: parameter(one) for name, one in contract.get("parameters", {}).items()}
    definitions: dict[str, Any] = {}
    todo = references(paths)
    while todo:
        for name in todo & contract["definitions"].keys():
            definitions[name] = schema(contract["definitions"][name])
        todo = references(definitions) & contract["definitions"].keys() - definitions.keys()
    return {
        "version": contract["info"]["version"],
        "paths": paths,
        "parameters": {name: one for name, one in parameters.items() if name in references(paths)},
        "definitions": dict(sorted(definitions.items())),
    }


def read_contract(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - only who makes the facts anew needs it

    read: dict[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return read


@cache
def facts() -> dict[str, Any]:
    """The facts, as the contract would be read; not to be changed."""
    read: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return read


def reading(path: str) -> dict[str, Any]:
    """What the contract says of reading a path. Raises ValueError where it has no such path."""
    item = facts()["paths"].get(path, {})
    if "get" not in item:
        raise ValueError(
            f"the contract kept in tests/contract/{FACTS.name} has no GET {path}: correct the path in the catalogue, "
            "or make the facts anew from a contract that has it, python -m tests.contract.facts CONTRACT.yml"
        )
    found: dict[str, Any] = item["get"]
    return found


def as_text(made: dict[str, Any]) -> str:
    """One operation or definition a line, so that a difference shows which."""
    lines = ["{", f'"version": {json.dumps(made["version"])},']
    for part in ("paths", "parameters", "definitions"):
        entries = [f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in made[part].items()]
        lines += [f'"{part}": {{', ",\n".join(entries), "}" + ("," if part != "definitions" else "")]
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    FACTS.write_text(as_text(facts_of(read_contract(Path(sys.argv[1])))), encoding="utf-8")
