"""Characters that act are spelled out: on terminals, in JSON, and in cells of spreadsheets."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from pipelines.constant_contact.display.plain_streams import PlainStream, plain_streams
from pipelines.constant_contact.display.plain_text import NUMBER, cell, json_text, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("Zoë Łukasz 日本 😀 ñ", "Zoë Łukasz 日本 😀 ñ", id="letters of anybody"),
        pytest.param("a\u00a0b\u00adc", "a\u00a0b\u00adc", id="spaces and hyphens that only look odd"),
        pytest.param("\x00", r"\x00", id="null"),
        pytest.param("\x1b[31m", r"\x1b[31m", id="colours"),
        pytest.param("\x07\x08", r"\x07\x08", id="bell and backspace"),
        pytest.param("\x7f", r"\u007f", id="delete, as JSON spells it"),
        pytest.param("\x9b", r"\x9b", id="the other form of escape"),
        pytest.param("a\nb\tc", r"a\x0ab\x09c", id="breaks and tabs"),
        pytest.param("a\rb", r"a\x0db", id="a return overwrites the line"),
        pytest.param("\u2028\u2029", r"\u2028\u2029", id="separators of lines and paragraphs"),
        pytest.param("\u202eevil\u202c", r"\u202eevil\u202c", id="text turned round"),
        pytest.param("\u2066x\u2069", r"\u2066x\u2069", id="isolates"),
        pytest.param("\u200b\ufeff", r"\u200b\ufeff", id="without a width"),
        pytest.param("👨\u200d👩", "👨\u200d👩", id="a joiner of emoji stays"),
        pytest.param("\U000e0041", r"\U000e0041", id="tags"),
        pytest.param("\ud83d", r"\ud83d", id="half of an emoji"),
        pytest.param("\u061c\u200e\u200f", r"\u061c\u200e\u200f", id="marks of direction"),
        pytest.param("\ufff9\ufffb", r"\ufff9\ufffb", id="annotations"),
        pytest.param("\ufffd", "\ufffd", id="the sign for what was unreadable"),
    ],
)
def test_what_acts_is_spelled_out(text: str, shown: str) -> None:
    """Once: a second time changes nothing."""
    assert shown == plain(text)
    assert shown == plain(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc", "a\nb\tc"),
        ("a\r\nb", "a\r\nb"),
        ("a\rb", r"a\x0db"),
        ("a\r", r"a\x0d"),
        ("\x1b\n", "\\x1b\n"),
        ("\u2028", r"\u2028"),
    ],
)
def test_lines_may_stay_lines(text: str, shown: str) -> None:
    assert shown == plain(text, lines=True)
    assert shown == plain(shown, lines=True)


@pytest.mark.parametrize(
    "value", ["\x1b[2J", "\u202e", "\x7f", "\x9b", "Zoë\n\t", '"\\', "\U000e0041", ["\u2028", {"\x00": 1}]]
)
def test_json_is_read_back_as_it_was(value: object) -> None:
    """And holds nothing that acts."""
    text = json_text(value)
    assert value == json.loads(text)
    assert text == plain(text)


def test_json_keeps_letters_and_takes_the_options_of_json() -> None:
    assert '{\n "a": "Zoë"\n}' == json_text({"a": "Zoë"}, indent=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\nx", "'\nx"),
        ("\rx", r"\x0dx"),  # spelled out, it begins with a backslash
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20x", "'\uff20x"),
        ("-1", "-1"),
        ("+1.50", "+1.50"),
        ("-1.5e3", "'-1.5e3"),
        ("-1\n", "'-1\n"),
        ("-1+1", "'-1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("1=1", "1=1"),
        (" =1", " =1"),
        ("\x1b=1", r"\x1b=1"),
    ],
)
def test_a_cell_runs_nothing(text: str, shown: str) -> None:
    """A quote before what a spreadsheet would run; numbers stay numbers."""
    assert shown == cell(text)


@pytest.mark.parametrize(
    ("text", "number"), [("0", True), ("-0.5", True), ("+7", True), (".5", False), ("1.", False), ("", False)]
)
def test_what_a_number_is(text: str, number: bool) -> None:
    assert number is (re.fullmatch(NUMBER, text) is not None)


def test_a_stream_spells_out_what_acts_and_is_otherwise_the_one_behind_it() -> None:
    behind = io.StringIO()
    stream = PlainStream(behind)
    assert 3 == stream.write("a\x1bb")
    stream.writelines(["c\n", "\u202e"])
    assert "a\\x1bbc\n\\u202e" == behind.getvalue() == stream.getvalue()


def test_streams_are_plain_while_a_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however many commands are inside each other; a program without an error stream keeps none."""
    behind = io.StringIO()
    monkeypatch.setattr(sys, "stdout", behind)
    monkeypatch.setattr(sys, "stderr", None)
    with plain_streams():
        outer = sys.stdout
        with plain_streams():
            assert outer is sys.stdout
        sys.stdout.write("\x07")
        assert sys.stderr is None
    assert behind is sys.stdout
    assert r"\x07" == behind.getvalue()
