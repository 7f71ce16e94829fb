"""How `ctct` ends, whatever the command: one sentence, its exit code, and with `--json` one object.

Everything a person can do wrong arrives here: what the parser rejects, what a command rejects, what the API refuses,
Ctrl-C. A bug keeps its traceback. Imported before `--help` is shown, so it imports nothing heavy.
"""

from __future__ import annotations

import errno
import json
import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from pipelines.constant_contact import files
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.plain_streams import plain_streams
from pipelines.constant_contact.errors import INTERRUPTED, RunFailed, UserError
from pipelines.constant_contact.events import PARTIAL_EXIT_CODE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pendulum import DateTime

USAGE_EXIT_CODE = 2
WORST_FIRST = (1, USAGE_EXIT_CODE, PARTIAL_EXIT_CODE)
COMMON_OPTIONS = {
    "--verbose": "--verbose",
    "--log-format": "--log-format json",
    "--version": "--version",
    "--install-completion": "--install-completion",
}
"""Of `ctct` itself -> how each is written."""
# The parser's own errors; typer exports one of them, whose place differs between its versions.
PARSER_ERROR: type[Exception] = typer.BadParameter.__mro__[2]


class CommandGroup(TyperGroup):
    """The group of all commands."""

    def main(  # type: ignore[override]  # fewer names than click's, the rest goes through
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **more: Any
    ) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        with plain_streams():
            code = self._ended(words, **more)
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise RunFailed(INTERRUPTED) from None

    def _ended(self, words: list[str], **more: Any) -> int:
        """The exit code of the command that `words` spell; what went wrong is said."""
        from sources.constant_contact.api.errors import ApiError  # noqa: PLC0415 - httpx and more

        try:
            with files.private():
                return int(super().main(words, standalone_mode=False, **more) or 0)
        except (UserError, ApiError) as error:
            return _say(
                sentence_of(error), exit_code(error), words, resume_after=getattr(error, "resets_at", None)
            )
        except PARSER_ERROR as error:
            return self._usage(error, words)
        except typer.Abort:
            return _say(INTERRUPTED, 1, words)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            log_lines.say(f"no space is left where {error.filename or 'standard output'} goes; make room")
            return 1

    def _usage(self, error: Any, words: Sequence[str]) -> int:
        """What the parser rejects: its words as one sentence, or the help where nothing was asked for."""
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return USAGE_EXIT_CODE
        context = getattr(error, "ctx", None)
        named = next((f"ctct {word}" for word in words if word in self.commands), "ctct")
        command = named if context is None else context.command_path
        said = _plain_words(str(error.format_message()))
        option = str(getattr(error, "option_name", ""))
        advice = f"see {command} --help"
        if option in COMMON_OPTIONS:
            said = said.partition(" (Possible options")[0]
            advice = (
                f"write it before the command: ctct {COMMON_OPTIONS[option]} {command.removeprefix('ctct ')}"
            )
        elif command == "ctct" and (after := self._one_with(option, words)):
            advice = f"write it after the command, see ctct {after} --help"
        return _say(f"{said[:1].lower()}{said[1:]}; {advice}", USAGE_EXIT_CODE, words)

    def _one_with(self, option: str, words: Sequence[str]) -> str | None:
        """The command among `words` that takes this option."""
        named = [word for word in words if word in self.commands]
        return next(
            (word for word in named if any(option in one.opts for one in self.commands[word].params)), None
        )


def _plain_words(message: str) -> str:
    """The parser's message as the begin of a sentence, without the words of the library that checks values."""
    words = " ".join(message.split()).rstrip(".").replace("Value error, ", "")
    words = words.replace("Input should be", "it should be").replace("a valid integer", "a whole number")
    return words.partition(", unable to parse")[0]


def _say(sentence: str, code: int, words: Sequence[str], *, resume_after: DateTime | None = None) -> int:
    """To standard error; where the answer was to be JSON, as an object on standard output too."""
    options = words[: words.index("--")] if "--" in words else words
    if "--json" in options:
        from pipelines.constant_contact.display.run_json import unfinished  # noqa: PLC0415 - 20 ms

        sys.stdout.write(json.dumps(unfinished(sentence, code, resume_after=resume_after)) + "\n")
    log_lines.say(sentence)
    return code


def worst(codes: Collection[int]) -> int:
    """The exit code of a command that ended so for several profiles."""
    return next((code for code in WORST_FIRST if code in codes), 0)


def sentence_of(error: Exception) -> str:
    """The error's own, and of a setting its place."""
    from sources.constant_contact.api.errors import ConfigError  # noqa: PLC0415 - see exit_code

    if not isinstance(error, ConfigError):
        return str(error)
    from pipelines.constant_contact.advice import with_place  # noqa: PLC0415 - dlt takes two seconds

    return with_place(str(error))


def exit_code(error: Exception) -> int:
    """The exit code of a refusal that reached nobody before."""
    from sources.constant_contact.api import errors  # noqa: PLC0415

    if isinstance(error, UserError):
        return error.exit_code
    if isinstance(error, errors.Postponed):
        return PARTIAL_EXIT_CODE
    of_a_person = errors.ConfigError, errors.NotLoggedIn, errors.LedgerError, errors.TokenStoreError
    return USAGE_EXIT_CODE if isinstance(error, of_a_person) else 1
