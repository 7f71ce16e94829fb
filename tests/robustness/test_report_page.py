"""The report page in a real browser: nothing is fetched, nothing is cut off, everything can be reached."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import AXE, CHROMIUM, NO_AXE, Browser, chromium

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))
import small_warehouse

from pipelines.constant_contact.reporting.report import write_report

if TYPE_CHECKING:
    from collections.abc import Iterator

import datetime as dt

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]
NOW = dt.datetime(2026, 11, 22, 7, 5, tzinfo=dt.UTC)
OVER_THE_EDGE = """
[...document.querySelectorAll("main *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const edge = document.documentElement.clientWidth + 1;
  return box.width > 0 && (box.right > edge || box.left < -1) && !element.closest(".unseen, thead, svg");
}).map((element) => element.outerHTML.slice(0, 80))
"""
CUT_OFF = """
[...document.querySelectorAll("main *")].filter((element) =>
  element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible"
  && element.clientWidth > 1 && !element.closest("svg, thead, select, input")
).map((element) => element.outerHTML.slice(0, 80))
"""
LOW_CONTRAST = """
(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Set();
  for (const element of document.querySelectorAll("main *")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!words || element.closest("svg")) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) found.add(element.tagName + "." + element.className);
  }
  return [...found];
})()
"""


class Shown:
    """The page in one tab, at one width and in one scheme."""

    def __init__(self, browser: Browser, file: Path, *, width: int, scheme: str) -> None:
        self._browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._ask("Page.navigate", url=file.as_uri())
        browser._until(self._session, "location.protocol === 'file:' && document.readyState === 'complete'")

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **params)

    def value(self, expression: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    path = small_warehouse.write(folder / "small.duckdb", *small_warehouse.FULL)
    return write_report(
        query=small_warehouse.query_of(path),
        dataset=small_warehouse.DATASET,
        analytics_dataset=small_warehouse.MARTS_DATASET,
        out=folder / "report.html",
        generated_at=NOW,
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390, 320])
def test_page_fits_its_width_and_can_be_read(browser: Browser, file: Path, width: int, scheme: str) -> None:
    """No sideways scroll, nothing over the edge or cut off with all details open, and text of AA contrast."""
    page = Shown(browser, file, width=width, scheme=scheme)
    page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    root = "document.documentElement"
    assert page.value(f"{root}.scrollWidth - {root}.clientWidth") <= 0
    assert page.value(OVER_THE_EDGE) == []
    assert page.value(CUT_OFF) == []
    assert page.value(LOW_CONTRAST) == []


@pytest.mark.skipif(AXE is None, reason=NO_AXE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_no_rule_of_accessibility_is_broken(browser: Browser, file: Path, width: int, scheme: str) -> None:
    """Axe-core finds nothing serious, with all details open."""
    page = Shown(browser, file, width=width, scheme=scheme)
    page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert [] == browser.violations(page._session)


def test_page_asks_for_nothing(browser: Browser, file: Path) -> None:
    """The browser fetched no resource beside the file."""
    page = Shown(browser, file, width=1400, scheme="light")

    assert page.value("performance.getEntriesByType('resource').map((entry) => entry.name)") == []


def test_list_of_mailings_sorts_and_filters(browser: Browser, file: Path) -> None:
    """By a column's button, the words of the search, and the kind of mailing."""
    page = Shown(browser, file, width=1400, scheme="light")
    first = "document.querySelector('tbody.mailing:not([hidden]) strong').textContent"
    typed = "(words) => { const field = document.getElementById('filter'); field.value = words;"
    typed += " field.dispatchEvent(new Event('input')); }"

    page.value("document.querySelector('th[data-key=opened] button').click()")
    assert page.value(first) == "Week 15: bread & butter"
    page.value("document.querySelector('th[data-key=opened] button').click()")
    assert page.value(first) == "Week 0: bread & butter"
    page.value(f"({typed})('week 12')")
    assert page.value("document.getElementById('found').textContent") == "1 of 16 mailings"
    page.value(f"({typed})('')")
    page.value(
        "(() => { const kind = document.getElementById('kind'); kind.value = 'resend';"
        " kind.dispatchEvent(new Event('change')); })()"
    )
    assert page.value(first) == "Week 3: bread & butter"


def test_keyboard_and_touch_read_the_charts(browser: Browser, file: Path) -> None:
    """Arrow keys and a tap beside a mark show its value."""
    page = Shown(browser, file, width=390, scheme="light")
    tip = "document.getElementById('tip').textContent"
    page.value("document.querySelector('figure .narrow').focus()")
    page.press("ArrowRight")
    assert page.value(tip) == "Week 0: bread & butter, 20 Jan 2026: 25.64% opened"
    page.press("ArrowRight")
    assert page.value(tip) == "Week 1: bread & butter, 09 Feb 2026: 26.92% opened"

    page.value("document.querySelector('figure .narrow').scrollIntoView()")
    x, y = page.value(
        "(() => { const marks = document.querySelectorAll('figure .narrow [role=\"graphics-symbol\"]');"
        " const box = marks[15].getBoundingClientRect(); return [box.right + 6, box.top]; })()"
    )
    page._ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    page._ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert "Week 15: bread & butter, 16 Nov 2026" in page.value(tip)


@pytest.mark.parametrize(
    ("stale_from", "said"),
    [
        ("2026-11-22T04:00:30Z", "Stale since 22 November 2026, 04:00 UTC: this page is of the run"),
        ("9999-01-01T00:00:00Z", "Fresh: the last complete run ended 21 November 2026, 02:00 UTC."),
    ],
)
def test_a_page_that_is_opened_late_says_so(
    browser: Browser, tmp_path: Path, stale_from: str, said: str
) -> None:
    """It was fresh when it was made; that its time is up is for the reader's own clock to say."""
    path = small_warehouse.write(tmp_path / "small.duckdb", *small_warehouse.FULL)
    file = write_report(
        query=small_warehouse.query_of(path),
        dataset=small_warehouse.DATASET,
        analytics_dataset=small_warehouse.MARTS_DATASET,
        out=tmp_path / "report.html",
        generated_at=NOW - dt.timedelta(days=1),
    )
    text = file.read_text()
    assert 'data-stale-from="2026-11-22T04:00:30Z"' in text
    file.write_text(text.replace("2026-11-22T04:00:30Z", stale_from))

    page = Shown(browser, file, width=390, scheme="light")

    assert page.value("document.querySelector('.verdict strong').textContent").startswith(said)
