"""The numbers of `ctct status` as OpenTelemetry metrics, sent once to where the standard variables say.

Nothing happens, and nothing is imported, unless one of ADDRESSES is set and the extra `otel` is installed. What goes
wrong here is a warning and never changes how a command ends.
Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ (names of the variables; the exporter reads the
others, such as headers, certificate and timeout, itself).
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pipelines.constant_contact.display.metrics import metrics
from pipelines.constant_contact.display.run_json import version
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.constant_contact.display.status import StatusReport

ADDRESSES: Final = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
INSTALL: Final = "pip install 'constant-contact-pipeline[otel]'"
NOT_SENT: Final = "the metrics did not reach OpenTelemetry"


def is_wanted() -> bool:
    """An address is set, and the standard's own switches do not turn it off."""
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return (
        not is_off
        and os.environ.get("OTEL_METRICS_EXPORTER", "otlp") == "otlp"
        and any(os.environ.get(name) for name in ADDRESSES)
    )


def send(report_of: Callable[[], StatusReport], warn: Callable[[str], None]) -> None:
    """One export of what `report_of` tells, which is asked only if wanted; 10 s at most where nobody answers."""
    if not is_wanted():
        return
    try:
        taken = _export(report_of())
    except ImportError:
        warn(f"{NOT_SENT}: {_address()} is set and the extra is missing; run: {INSTALL}")
    except (UserError, ApiError) as error:
        warn(f"{NOT_SENT}: {error}")
    except Exception as error:  # noqa: BLE001 - of the exporter: a variable that it cannot read
        warn(f"{NOT_SENT}: {type(error).__name__}; check the variables that begin with OTEL_")
    else:
        if not taken:
            warn(f"{NOT_SENT}: nobody took them at {_address()}; it must speak OTLP over HTTP")


@contextmanager
def sent_after(report_of: Callable[[], StatusReport], warn: Callable[[str], None]) -> Iterator[None]:
    """Also where the work failed; not where a person ended it."""
    try:
        yield
    except Exception:
        send(report_of, warn)
        raise
    send(report_of, warn)


def _address() -> str:
    """The variable that has it; its value may hold a secret."""
    return next(name for name in ADDRESSES if os.environ.get(name))


def _export(report: StatusReport) -> bool:
    """Whether the receiver took them."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import MetricExportResult  # noqa: PLC0415

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # a failure is our sentence
    exporter = OTLPMetricExporter()
    try:
        return bool(exporter.export(_collected(report)) is MetricExportResult.SUCCESS)
    finally:
        exporter.shutdown()


def _collected(report: StatusReport) -> Any:
    """The metrics as the SDK holds them, under the names that Prometheus gets."""
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    reader = InMemoryMetricReader()
    name = os.environ.get("OTEL_SERVICE_NAME", "ctct")
    resource = Resource.create({"service.name": name, "service.version": version()})
    provider = MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False)
    try:
        meter = provider.get_meter("ctct", version())
        for name, help_text, samples in metrics(report):
            gauge = meter.create_gauge(name, description=help_text)
            for labels, value in samples:
                gauge.set(value, dict(labels))
        return reader.get_metrics_data()
    finally:
        provider.shutdown()
