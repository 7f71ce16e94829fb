"""A status as metrics, for Prometheus' textfile collector or any other reader of its text format.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (names, labels and escapes of the text format).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.display.metrics import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.display.status import StatusReport


def render(*reports: StatusReport) -> str:
    """Every metric with its help, and its samples of all reports; times are seconds since 1970, durations seconds."""
    families: dict[str, list[str]] = {}
    for report in reports:
        for name, help_text, samples in metrics(report):
            if not samples:
                continue
            head = [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
            families.setdefault(name, head).extend(
                f"{name}{_labels(labels)} {value:.15g}" for labels, value in samples
            )
    return "".join(f"{line}\n" for lines in families.values() for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
