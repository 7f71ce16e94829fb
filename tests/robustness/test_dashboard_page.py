"""`ctct dashboard` in a real browser: filters beside SQL, beside a running sync too, and nothing from elsewhere."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from browser import AXE, CHROMIUM, NO_AXE, Browser, chromium
from test_report_page import CUT_OFF, LOW_CONTRAST, OVER_THE_EDGE

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("dashboard"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
FIGURES = "[...document.querySelectorAll('.figures .figure')].map((one) => one.textContent)"


class Home:
    """A folder with a synced account, and the environment in which commands find it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.file = folder, folder / "mail.duckdb"
        self._environment = environment | {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "DLT_DATA_DIR": str(folder / "dlt"),
            "DESTINATION__DUCKDB__CREDENTIALS": str(self.file),
            "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(folder / "state"),
        }

    def start(self, *words: str, **how: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pipelines.constant_contact.cli", *words]
        return subprocess.Popen(command, cwd=self.folder, env=self._environment, text=True, **how)

    def asked(self, sql: str) -> tuple[Any, ...]:
        with duckdb.connect(str(self.file), read_only=True) as connection:
            connection.execute("set schema = 'constant_contact_analytics'")
            return connection.execute(sql).fetchall()[0]

    def figures(self, where: str) -> list[str]:
        """What the page shows of the mailings that SQL finds."""
        mailings, delivered, opened, clicked = self.asked(
            "select count(*), sum(deliveries), sum(deliveries_opened), sum(deliveries_clicked)"
            f" from campaign_activities where is_sent and {where}"
        )
        return [
            f"{mailings}",
            f"{delivered:,}",
            f"{opened / delivered:.1%}",
            f"{clicked / delivered:.{2 if 0.00005 <= clicked / delivered < 0.01 else 1}%}",
        ]


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(contacts=150, campaigns=8, requests_per_second=None, requests_per_day=None)


@pytest.fixture(scope="module")
def home(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with serve(sandbox) as server:
        found = Home(tmp_path_factory.mktemp("dashboard"), server.environment())
        with found.start("sync", stderr=subprocess.PIPE) as first:
            _, said = first.communicate(timeout=600)
            assert 0 == first.returncode, said
        yield found


@contextmanager
def running(home: Home) -> Iterator[str]:
    """The address that the command prints; it ends well at Ctrl-C."""
    with home.start("dashboard", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
    assert (0, "ctct: Ctrl-C ends the dashboard\n") == (process.returncode, said)


@pytest.fixture(scope="module")
def address(home: Home) -> Iterator[str]:
    with running(home) as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


class Tab:
    """The page in one tab."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1400, scheme: str = "light") -> None:
        self._browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            self._ask(f"{domain}.enable")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.open(address)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **params)

    def open(self, address: str) -> None:
        self._ask("Page.navigate", url=address)
        self.until("location.protocol === 'http:' && document.readyState === 'complete'")

    def value(self, expression: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    def until(self, expression: str) -> None:
        self._browser._until(self._session, expression)

    def choose(self, name: str, value: str) -> None:
        """As a person does: the page follows by itself."""
        field = f"document.querySelector('#filters [name={name}]')"
        self.value(
            f"(() => {{ window.before = true; const field = {field}; field.value = {value!r};"
            " field.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )
        self.until("!window.before && document.readyState === 'complete'")

    def told(self, *methods: str) -> list[dict[str, Any]]:
        return [
            event["params"]
            for event in self._browser.events
            if event.get("sessionId") == self._session and event["method"] in methods
        ]


def elsewhere(tab: Tab) -> list[str]:
    """What the page asked of anybody but this machine."""
    urls = [params["request"]["url"] for params in tab.told("Network.requestWillBeSent")]
    assert urls
    return [url for url in urls if not url.startswith(("http://127.0.0.1:", "data:"))]


def errors(tab: Tab) -> list[dict[str, Any]]:
    logged = [params["entry"] for params in tab.told("Log.entryAdded")]
    written = [params for params in tab.told("Runtime.consoleAPICalled") if params["type"] == "error"]
    thrown = tab.told("Runtime.exceptionThrown")
    return [*[entry for entry in logged if entry["level"] in {"error", "warning"}], *written, *thrown]


def test_a_filter_shows_what_sql_says(home: Home, browser: Browser, address: str) -> None:
    """A list, then a campaign, then days; no error in the console and no request off this machine."""
    tab = Tab(browser, address)
    assert "token" not in tab.value("location.href")
    tab.open(f"{tab.value('location.origin')}/?from=&to=")
    assert home.figures("true") == tab.value(FIGURES)[:4]

    list_id, campaign_id = home.asked(
        "select lists.list_id, campaign_id from lists inner join campaign_activities"
        " on is_sent and contact_list_ids like '%' || list_id || '%' order by first_sent_at limit 1"
    )
    of_list = f"contact_list_ids like '%{list_id}%'"
    tab.choose("list", list_id)
    assert home.figures(of_list) == tab.value(FIGURES)[:4]
    assert "list" == tab.value("document.activeElement.name")
    tab.choose("campaign", campaign_id)
    assert home.figures(f"{of_list} and campaign_id = '{campaign_id}'") == tab.value(FIGURES)[:4]

    [newest] = home.asked("select max(first_sent_date) from campaign_activities")
    tab.open(f"{tab.value('location.origin')}/?from={newest}&to={newest}")
    assert home.figures(f"first_sent_date = '{newest}'") == tab.value(FIGURES)[:4]
    assert ([], []) == (elsewhere(tab), errors(tab))


def test_a_filter_shows_what_sql_says_while_a_sync_writes(
    home: Home, sandbox: Sandbox, browser: Browser, address: str
) -> None:
    """The whole account is read again, slowly, and the page answers all along."""
    [list_ids] = home.asked(
        "select contact_list_ids from campaign_activities where is_sent and contact_list_ids like '%\"%' limit 1"
    )
    list_id = list_ids.split('"')[1]
    expected = home.figures(f"contact_list_ids like '%{list_id}%'")
    tab = Tab(browser, address)
    tab.open(f"{tab.value('location.origin')}/?from=&to=")
    sandbox.latency_s = 0.15
    answers = []
    with home.start("sync", "--full-refresh", "--no-transform", stderr=subprocess.DEVNULL) as sync:
        try:
            until = time.monotonic() + PATIENCE_S
            while sync.poll() is None and len(answers) < 6 and time.monotonic() < until:
                began = time.monotonic()
                tab.choose("list", list_id if len(answers) % 2 == 0 else "")
                answers.append((sync.poll(), tab.value(FIGURES)[:4], time.monotonic() - began))
                time.sleep(3)
        finally:
            sandbox.latency_s = 0.0
            sync.terminate()
            sync.wait(60)
    beside = [(figures, took_s) for status, figures, took_s in answers if status is None]
    assert len(beside) >= 4
    assert [expected, expected] == [figures for figures, _ in beside[:4:2]]
    assert ([], []) == (elsewhere(tab), errors(tab))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390, 320])
def test_page_fits_its_width_and_can_be_read(browser: Browser, address: str, width: int, scheme: str) -> None:
    """No sideways scroll, nothing over the edge or cut off, and text of AA contrast."""
    tab = Tab(browser, address, width=width, scheme=scheme)
    root = "document.documentElement"
    assert tab.value(f"{root}.scrollWidth - {root}.clientWidth") <= 0
    assert [] == tab.value(OVER_THE_EDGE)
    assert [] == tab.value(CUT_OFF)
    assert [] == tab.value(LOW_CONTRAST)


@pytest.mark.skipif(AXE is None, reason=NO_AXE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken(browser: Browser, address: str, scheme: str) -> None:
    """Axe-core finds nothing serious."""
    assert [] == browser.violations(Tab(browser, address, scheme=scheme)._session)


def test_a_port_that_is_taken_is_a_sentence(home: Home, address: str) -> None:
    """Exit code 2, with what to do."""
    port = address.split(":")[2].split("/", maxsplit=1)[0]
    with home.start("dashboard", "--port", port, stderr=subprocess.PIPE) as second:
        _, said = second.communicate(timeout=60)
    assert 2 == second.returncode
    assert f"--port is {port}, which another program uses; give another one" in said
