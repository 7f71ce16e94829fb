"""Questions to a person on a terminal, or no questions at all: then every answer is its default."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.folded import folded
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STOPPED = "stopped; what is written so far stays, run ctct init again to go on"


class Prompts:
    """Raises UserError where a question has no default and cannot be asked, and where the input ends."""

    def __init__(self, *, silent: bool) -> None:
        """`silent`: ask nothing (`--yes`)."""
        if not silent and not sys.stdin.isatty():
            raise UserError(
                "nobody can be asked here; add --yes, with options for what is not set yet: ctct init --help"
            )
        self.silent = silent

    def say(self, text: str = "") -> None:
        sys.stdout.write(folded(plain(text, lines=True), sys.stdout) + "\n")
        sys.stdout.flush()

    def text(
        self, question: str, default: str | None, *, option: str, check: Callable[[str], str] | None = None
    ) -> str:
        """An answer that `check` accepts; it raises ValueError with a sentence for others, and may tidy it.

        `option`: what a script gives in place of the answer.
        """
        while True:
            answer = default if self.silent else self._line(f"{question}{_shown(default)}: ") or default
            try:
                return (check or str)(_given(answer, question, option))
            except ValueError as error:
                if self.silent:
                    raise UserError(str(error)) from error
                self.say(f"  {error}")

    def secret(self, question: str, *, check: Callable[[str], str] = str) -> str:
        """Not shown while it is typed, and asked again until `check` takes it; empty: none."""
        while not self.silent and (typed := self._hidden(f"{question}: ")):
            try:
                return check(typed)
            except ValueError as error:
                self.say(f"  {error}")
        return ""

    @staticmethod
    def checked(given: str, check: Callable[[str], str]) -> str:
        """The value of an option. Raises UserError."""
        try:
            return check(given)
        except ValueError as error:
            raise UserError(str(error)) from error

    def choice(self, question: str, options: Sequence[str], default: str, *, option: str) -> str:
        def known(answer: str) -> str:
            if answer not in options:
                raise ValueError(f"{option} is {answer!r}; choose {' or '.join(options)}")
            return answer

        return self.text(f"{question} ({', '.join(options)})", default, option=option, check=known)

    def yes(self, question: str, *, default: bool) -> bool:
        if self.silent:
            return default
        hint = "[Y/n]" if default else "[y/N]"
        while True:
            answer = self._line(f"{question} {hint} ").lower()
            if answer in ("", "y", "yes", "n", "no"):
                return answer.startswith("y") if answer else default
            self.say("  answer y or n")

    def _hidden(self, shown: str) -> str:
        try:
            return getpass.getpass(folded(shown, sys.stdout)).strip()
        except EOFError:
            self.say()
            raise UserError(STOPPED) from None

    def _line(self, shown: str) -> str:
        try:
            return input(folded(shown, sys.stdout)).strip()
        except EOFError:
            self.say()
            raise UserError(STOPPED) from None


def _shown(default: str | None) -> str:
    return f" [{default}]" if default else ""


def _given(answer: str | None, question: str, option: str) -> str:
    if not answer:
        raise ValueError(f"{question.strip()}: it has no default; give it, in a script with {option}")
    return answer
