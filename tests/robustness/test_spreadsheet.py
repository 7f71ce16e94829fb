"""`ctct export --format csv` in a real spreadsheet: LibreOffice reads the same rows, sums and texts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice: apt-get install libreoffice-calc-nogui"),
]
ROOT = Path(__file__).parents[2]
COMMA, QUOTE, UTF_8 = (
    44,
    34,
    76,
)  # https://wiki.openoffice.org/wiki/Documentation/DevGuide/Spreadsheets/Filter_Options
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
MAILS = """
create schema constant_contact; create schema constant_contact_analytics;
create table constant_contact.contacts as select 'c1' as contact_id;
create table constant_contact_analytics.campaign_activities as
select 'id-' || i as campaign_activity_id, i * 37 % 1001 as sends, (i * 37 % 1001) / 3 as share,
    case when i % 4 = 0 then null else i * 12345678 end as opens, i % 2 = 0 as is_sent,
    case i % 5 when 0 then '=1+' || i when 1 then '+49 30 ' || i when 2 then 'Zoë "the" baker, ' || i
        when 3 then 'two' || chr(10) || 'lines' else '@name ' || i end as subject,
    timestamptz '2026-01-01 00:00:00+00' + to_hours(i) as first_sent_at
from range(500) as t(i)
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[tuple[Any, bool]]]]:
    """The warehouse, and the cells of the sheet: value, and whether it is a formula."""
    folder = tmp_path_factory.mktemp("spreadsheet")
    with duckdb.connect(str(folder / "mail.duckdb")) as connection:
        connection.execute(MAILS)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "DESTINATION__DUCKDB__CREDENTIALS": str(folder / "mail.duckdb"),
    }
    ctct = [sys.executable, "-m", "pipelines.constant_contact.cli"]
    command = [*ctct, "export", "--out", "files", "--format", "csv"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    convert = [
        str(SOFFICE),
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        f"--infilter=CSV:{COMMA},{QUOTE},{UTF_8}",
        *("--convert-to", "fods", "--outdir", str(folder), str(folder / "files" / "campaign_activities.csv")),
    ]
    subprocess.run(convert, cwd=folder, env=environment, check=True, capture_output=True, timeout=300)
    sheet = ET.parse(folder / "campaign_activities.fods").getroot()
    return folder / "mail.duckdb", [
        row for element in sheet.iter(f"{TABLE}table-row") if (row := cells(element))
    ]


def cells(row: ET.Element) -> list[tuple[Any, bool]]:
    found: list[tuple[Any, bool]] = []
    for cell in row.iter(f"{TABLE}table-cell"):
        number = cell.get(f"{OFFICE}value")
        text = "\n".join("".join(part.itertext()) for part in cell.iter(f"{TEXT}p"))
        value = text or None if number is None else float(number)
        repeated = min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), 20)
        found += [(value, cell.get(f"{TABLE}formula") is not None)] * repeated
    return found if any(value is not None for value, _ in found) else []


def column(sheet: list[list[tuple[Any, bool]]], name: str) -> list[Any]:
    [at] = [place for place, (value, _) in enumerate(sheet[0]) if value == name]
    return [row[at][0] if at < len(row) else None for row in sheet[1:]]


def test_sums_and_counts_are_those_of_the_warehouse(
    opened: tuple[Path, list[list[tuple[Any, bool]]]],
) -> None:
    """Numbers are numbers to the spreadsheet; what is unknown stays empty and adds nothing."""
    file, sheet = opened
    with duckdb.connect(str(file), read_only=True) as connection:
        rows, sends, share, opens, known = connection.execute(
            "select count(*), sum(sends), sum(share), sum(opens), count(opens)"
            " from constant_contact_analytics.campaign_activities"
        ).fetchall()[0]
    assert rows == len(sheet) - 1
    assert sends == sum(column(sheet, "sends"))
    assert share == pytest.approx(sum(column(sheet, "share")))
    numbers = [value for value in column(sheet, "opens") if value is not None]
    assert (opens, known) == (sum(numbers), len(numbers))


def test_texts_stay_texts_and_nothing_is_a_formula(opened: tuple[Path, list[list[tuple[Any, bool]]]]) -> None:
    """Also those that begin like a formula; quotes, commas, accents and lines survive."""
    _, sheet = opened
    assert [] == [value for row in sheet for value, is_formula in row if is_formula]
    subjects = column(sheet, "subject")
    assert ["'=1+0", "'+49 30 1", 'Zoë "the" baker, 2', "two\nlines", "'@name 4"] == subjects[:5]
    assert "2026-01-01 01:00:00" in str(column(sheet, "first_sent_at")[1]).replace("T", " ")
