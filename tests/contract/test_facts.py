"""The facts kept here against a copy of the provider's contract, where one lies beside the checkout."""

import pytest
from contract.facts import CONTRACT, FACTS, as_text, facts, facts_of, read_contract

PROSE = {"description", "summary", "title", "example", "x-example"}


@pytest.mark.skipif(not CONTRACT.exists(), reason="the provider's contract is not beside the checkout")
def test_the_facts_are_those_of_the_contract():
    """Made anew from the contract, not one character differs."""
    same = FACTS.read_text(encoding="utf-8") == as_text(facts_of(read_contract(CONTRACT)))
    assert same, (
        f"another contract: python -m tests.contract.facts {CONTRACT}, or put there what the facts are from"
    )


def test_each_operation_that_reads_has_an_answer():
    """All that the contract offers to read is there, 65 operations when it was first kept, each with a shape."""
    reads = {path: item["get"] for path, item in facts()["paths"].items() if "get" in item}
    assert len(reads) >= 65
    assert [path for path, read in reads.items() if not read["responses"]] == []


def test_no_prose_is_kept():
    """Descriptions and examples are the provider's; only names, types, values and limits are facts."""

    def keys(of):
        if isinstance(of, dict):
            for name, inner in of.items():
                if name == "properties":
                    for one in inner.values():
                        yield from keys(one)
                else:
                    yield name
                    yield from keys(inner)
        elif isinstance(of, list):
            for one in of:
                yield from keys(one)

    assert PROSE.isdisjoint(keys(facts()["paths"]))
    assert PROSE.isdisjoint(keys(facts()["definitions"]))
