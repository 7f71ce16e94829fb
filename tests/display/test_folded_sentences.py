"""Sentences on a terminal of any width: broken between words, never within one."""

from __future__ import annotations

import io
import os
import pty

import pytest

from pipelines.constant_contact.display.folded import folded, width_of

SENTENCE = "FIX   destination  the file /srv/a-long-folder/of/warehouses/ctct.duckdb is no database; name another one"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [1, 20, 40, 79, 80, 200])
@pytest.mark.parametrize("hang", [0, 19])
def test_no_word_is_torn_and_none_is_lost(width: int, hang: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than the width is one word by itself."""
    monkeypatch.setenv("COLUMNS", str(width))
    shown = folded(SENTENCE, Screen(), hang=hang)
    assert SENTENCE.split() == shown.split()
    for line in shown.split("\n"):
        assert len(line) <= max(width, 20) or 1 == len(line.split())


def test_the_rest_of_a_line_hangs_under_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    first, *others = folded(SENTENCE, Screen(), hang=19).split("\n")
    assert first.startswith("FIX   destination  the file")
    assert others
    assert all(line.startswith(" " * 19) and line[19] != " " for line in others)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a\n\nb", "  written: /x", "Sync now? [Y/n] ", "Open  http://127.0.0.1/a\nCode  AB-CD"],
)
def test_what_fits_stays_as_it_is(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert text == folded(text, Screen())


def test_a_question_keeps_the_blank_before_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert "Time zone in which days are\ncounted [America/New_York]: " == folded(
        "Time zone in which days are counted [America/New_York]: ", Screen()
    )


def test_a_pipe_gets_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert SENTENCE == folded(SENTENCE, io.StringIO())


@pytest.mark.parametrize("columns", ["", "0", "wide", "-3", "²"])
def test_without_a_usable_word_the_terminal_decides(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 where it does not know either."""
    monkeypatch.setenv("COLUMNS", columns)
    ours, theirs = pty.openpty()
    with os.fdopen(ours), os.fdopen(theirs) as terminal:
        assert 80 == width_of(terminal)
    assert 80 == width_of(Screen())


def test_a_command_in_backticks_is_not_torn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = "it is tracked by git; take it out with `git rm --cached secrets.toml`, then `ctct init`"
    assert [
        "it is tracked by git; take it out with",
        "`git rm --cached secrets.toml`, then",
        "`ctct init`",
    ] == folded(text, Screen()).split("\n")
