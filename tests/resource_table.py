"""The resource table of the README, written from the catalogue so that the two cannot drift apart."""

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.catalogue.endpoint import READS, Endpoint

BEGIN = "<!-- resources: generated from the catalogue -->"
END = "<!-- end of resources -->"


def resource_table() -> str:
    """A markdown table: one line per resource: what it holds, how it is read, what that costs, where from."""
    head = (
        "| resource | one row per | read how | requests a run | API path | scope | privilege | default |",
        "|---|---|---|---|---|---|---|---|",
    )
    return "\n".join((*head, *(_line(each) for each in CATALOGUE.values()))) + "\n"


def written_into(text: str) -> str:
    """`text` with what stands between the two markers replaced by the table; ValueError without markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"no place for the resource table: put {BEGIN} and {END} around it.")
    return f"{before}{begin}\n{resource_table()}{end}{after}"


def _line(endpoint: Endpoint) -> str:
    children = "".join(
        f"<br>+ `{child.name}`: {child.grain.removeprefix('one row per ')}" for child in endpoint.children
    )
    cells = (
        f"`{endpoint.resource}`",
        endpoint.table.grain.removeprefix("one row per ") + children,
        READS[endpoint.reads].words,
        READS[endpoint.reads].cost,
        f"`{endpoint.path}`",
        f"`{endpoint.scope}`" if endpoint.scope else "none",
        f"`{endpoint.privilege}`" if endpoint.privilege else "none",
        "off" if endpoint.opt_in else "on",
    )
    return f"| {' | '.join(cells)} |"
