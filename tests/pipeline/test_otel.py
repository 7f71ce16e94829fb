"""Metrics at a real receiver of OpenTelemetry's protocol: the same numbers as Prometheus gets, else no harm."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import small_warehouse
from typer.testing import CliRunner

from pipelines.constant_contact import otel
from pipelines.constant_contact.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SYNC = ("sync", "--no-transform", "--select", "contact_lists,contact_tags")
SAMPLE = re.compile(r"(\w+)\{(.*)\} (\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def ctct(*arguments: str) -> Any:
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Receiver:
    """What arrived: requests as they are, read with the protocol's own messages."""

    def __init__(self) -> None:
        self.address = ""
        self.requests: list[Any] = []
        self.headers: list[Any] = []

    def numbers(self) -> Numbers:
        """Of the last request: (metric, labels) -> value."""
        metrics = [
            metric
            for resource in self.requests[-1].resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]
        return {
            (metric.name, frozenset((label.key, label.value.string_value) for label in point.attributes)): (
                point.as_double
            )
            for metric in metrics
            for point in metric.gauge.data_points
        }

    def resource(self) -> dict[str, str]:
        [one] = self.requests[-1].resource_metrics
        return {label.key: label.value.string_value for label in one.resource.attributes}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    service = pytest.importorskip("opentelemetry.proto.collector.metrics.v1.metrics_service_pb2")
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.requests.append(service.ExportMetricsServiceRequest.FromString(body))
            kept.headers.append(self.headers)
            self.send_response(200 if self.path == "/v1/metrics" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        kept.address = f"http://127.0.0.1:{server.server_port}"
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture
def warehouse(served: Callable[..., Any]) -> Path:
    _, folder = served(contacts=3, campaigns=0)
    return small_warehouse.write(folder / "account.duckdb", *small_warehouse.ALL)


def of_prometheus(text: str) -> Numbers:
    samples = [SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
    return {(one[1], frozenset(LABEL.findall(one[2]))): float(one[3]) for one in samples if one}


def test_status_sends_what_prometheus_gets(
    warehouse: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, labels and values, with the headers and the name that the standard variables give; unasked, nothing."""
    monkeypatch.setenv(ENDPOINT, receiver.address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=mail")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "newsletter")
    expected = of_prometheus(ctct("status", "--format", "prometheus").stdout)
    assert [] == receiver.requests
    ctct("status", "--notify", "--max-age", "26h")
    assert 1 == len(receiver.requests)
    assert expected
    assert pytest.approx(expected, rel=1e-12) == receiver.numbers()
    assert "newsletter" == receiver.resource()["service.name"]
    assert "mail" == receiver.headers[-1]["x-team"]


@pytest.mark.long
def test_a_run_is_measured_however_it_ends(
    account: Callable[..., Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A complete one, then a failed one."""
    here = account(contacts=3, campaigns=0)
    here.log_in()
    monkeypatch.setenv(ENDPOINT, receiver.address)
    for code, status in ((0, "complete"), (1, "failed")):
        assert code == ctct(*SYNC).exit_code
        states = {
            dict(labels)["status"]: value
            for (name, labels), value in receiver.numbers().items()
            if name == "ctct_last_run_status"
        }
        assert {status} == {state for state, value in states.items() if value}
        here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    assert 2 == len(receiver.requests)


@pytest.mark.parametrize(
    "switch", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_METRICS_EXPORTER": "none"}, {ENDPOINT: ""}], ids=str
)
def test_the_standard_s_switches_turn_it_off(
    warehouse: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, switch: dict[str, str]
) -> None:
    """Nothing is asked for either."""
    monkeypatch.setenv(ENDPOINT, receiver.address)
    for name, value in switch.items():
        monkeypatch.setenv(name, value)
    warnings: list[str] = []
    otel.send(lambda: pytest.fail("asked"), warnings.append)
    assert ([], []) == (receiver.requests, warnings)


@pytest.mark.long
def test_a_receiver_that_is_not_there_is_a_warning(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code stays, and no address is shown."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(ENDPOINT, f"http://s3cr3t@127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
        code = ctct("status", "--max-age", "999999h").exit_code
        result = ctct("status", "--max-age", "999999h", "--notify")
    assert (0, 0) == (code, result.exit_code)
    [line] = [line for line in result.stderr.splitlines() if "OpenTelemetry" in line]
    assert f"nobody took them at {ENDPOINT}" in line
    assert "s3cr3t" not in result.stderr


@pytest.mark.long
def test_a_variable_that_cannot_work_is_a_warning(
    warehouse: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for the person who set it to look at."""
    monkeypatch.setenv(ENDPOINT, receiver.address.replace("http:", "https:"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    assert otel.NOT_SENT in ctct("status", "--notify").stderr


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody asks for metrics."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    for name in (
        "opentelemetry.exporter.otlp.proto.http.metric_exporter",
        "opentelemetry.sdk.metrics.export",
    ):
        monkeypatch.setitem(sys.modules, name, None)
    warnings: list[str] = []
    otel.send(lambda: None, warnings.append)  # type: ignore[arg-type, return-value]
    assert [f"{otel.NOT_SENT}: {ENDPOINT} is set and the extra is missing; run: {otel.INSTALL}"] == warnings


def test_nothing_of_it_is_imported_unasked() -> None:
    """Not even where it is installed."""
    program = (
        "import sys; from pipelines.constant_contact import otel; otel.send(None, None);"
        "print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout
