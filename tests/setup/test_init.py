"""`ctct init` on a terminal against the sandbox, as a script, and with everything that can be wrong."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import child_runs
import pytest
from terminal import Terminal

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sources.constant_contact_sandbox import Server

ROOT = Path(__file__).resolve().parents[2]
CTCT = (sys.executable, "-m", "pipelines.constant_contact.cli")
ADDRESSES = ("base_url", "authorize_url", "token_url", "device_url")
SECRET = "S3cr3t-0f-the-application"


@pytest.fixture
def server() -> Iterator[Server]:
    """A login by code is confirmed at once."""
    sandbox = Sandbox(
        contacts=12,
        campaigns=1,
        requests_per_second=None,
        requests_per_day=None,
        switches=Switches(device_approved_after_polls=0),
    )
    with serve(sandbox) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working folder in a git tree."""
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def environment(place: Path, **more: str) -> dict[str, str]:
    """Of a person who has set nothing; no browser opens."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(place.parent),
        "PYTHONPATH": str(ROOT),
        "DLT_DATA_DIR": str(place.parent / "dlt"),
        "BROWSER": "/bin/true",
        "TERM": "dumb",
        "COLUMNS": "200",
    } | more


def options(server: Server, place: Path) -> list[str]:
    found = [f"--{name.replace('_', '-')}={getattr(server, name)}" for name in ADDRESSES]
    return [*found, f"--state-dir={place.parent / 'state'}"]


def conversation(place: Path, *words: str, **more: str) -> Terminal:
    return Terminal([*CTCT, "init", *words], folder=place, environment=environment(place, **more))


def script(place: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return child_runs.ctct("init", "--yes", *words, folder=place, environment=environment(place, **more))


def settings(place: Path, name: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((place / ".dlt" / name).read_text())["sources"]["constant_contact"]
    return table


@pytest.mark.long
def test_a_conversation_from_nothing_to_the_first_sync_and_again(server: Server, place: Path) -> None:
    """All questions the first time; the second time Enter keeps everything, and one answer changes one thing."""
    with conversation(place, *options(server, place)) as terminal:
        terminal.answer(r"Log in by a code .*\[device\]: ")
        terminal.expect("https://app.constantcontact.com/pages/dma/portal/")
        terminal.expect("Scopes +account_read contact_data campaign_data offline_access")
        terminal.answer(r"Open the portal in the browser\? \[Y/n\] ", "n")
        terminal.answer("API key of the application: ", "<your client id>")
        terminal.expect("client_id is still the placeholder of an example")
        terminal.answer("API key of the application: ", server.client_id)
        terminal.answer("Its secret, if it has one.*: ", server.client_secret)
        terminal.answer(r"Where the rows go \(duckdb, postgres, ducklake\) \[duckdb\]: ")
        terminal.answer(r"File \[ctct.duckdb\]: ")
        terminal.expect("Logged in to")
        terminal.answer(r"Load the account .*\? \[Y/n\] ")
        terminal.answer(r"Time zone in which days are counted \[\S+\]: ", "Mars/Olympus")
        terminal.answer(r"no time zone.*\n\n?Time zone in which days are counted \[\S+\]: ")
        terminal.answer(r"Web hook .*: ", "hooks.example.com/T0")
        terminal.answer(r"webhook is no address; copy it again.*\nWeb hook .*: ")
        terminal.answer(r"A report page, report.html, that each run renews\? \[Y/n\] ")
        terminal.expect("ok +login")
        terminal.expect(r"requests for about \d+ rows")
        terminal.answer(r"Sync now\? \[Y/n\] ")
        terminal.expect("Complete")
        terminal.answer(r"Run it every night at 03:30\? \[Y/n\] ", "n")
        terminal.expect(r"Next: \S*ctct status")
        assert 0 == terminal.end()
    assert server.client_secret not in terminal.shown
    assert (place / "ctct.duckdb").exists()
    assert "<html" in (place / "report.html").read_text()
    assert (server.client_id, server.client_secret) == (
        settings(place, "config.toml")["client_id"],
        settings(place, "secrets.toml")["client_secret"],
    )
    assert 0o600 == stat.S_IMODE((place / ".dlt" / "secrets.toml").stat().st_mode)
    assert ".dlt/secrets.toml" in git(place, "status", "--ignored", "--short")
    before = (place / ".dlt" / "config.toml").read_text()
    with conversation(place) as terminal:
        terminal.answer(rf"API key of the application \[{server.client_id}\]: ")
        terminal.answer(r"\[duckdb\]: ")
        terminal.answer(r"File \[ctct.duckdb\]: ")
        terminal.answer(r"Load the account .*\? \[Y/n\] ")
        terminal.answer("Time zone in which days are counted", "Asia/Tokyo")
        terminal.answer(r"Web hook .*: ")
        terminal.answer(r"Sync now\? ", "n")
        terminal.answer(r"Run it every night", "n")
        assert 0 == terminal.end()
    after = (place / ".dlt" / "config.toml").read_text()
    assert before.rstrip("\n") in after
    assert "Asia/Tokyo" == settings(place, "config.toml")["time_zone"]


def test_a_script_needs_the_key_alone(server: Server, place: Path) -> None:
    """`--yes`: the defaults; settings that are there already stay with their comments."""
    (place / ".dlt").mkdir()
    (place / ".dlt" / "config.toml").write_text("# mine\n[load]\nworkers = 3  # few\n")
    done = script(place, "--client-id", server.client_id, *options(server, place))
    assert (0, "") == (done.returncode, done.stderr)
    assert "Logged in to" in done.stdout
    assert "requests for about" in done.stdout
    text = (place / ".dlt" / "config.toml").read_text()
    assert text.startswith("# mine\n[load]\nworkers = 3  # few\n")
    assert server.client_id == settings(place, "config.toml")["client_id"]
    assert not (place / ".dlt" / "secrets.toml").exists()
    assert not (place / "ctct.duckdb").exists()


@pytest.mark.long
def test_a_profile_has_its_own_section(server: Server, place: Path) -> None:
    """Its key beside the others'; the addresses are its own too."""
    done = script(place, "--profile", "shop", "--client-id", server.client_id, *options(server, place))
    assert (0, "") == (done.returncode, done.stderr)
    assert server.client_id == settings(place, "config.toml")["shop"]["client_id"]
    assert "ctct status --profile shop" in done.stdout


def fails(done: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    """One sentence that says all of this; no traceback."""
    assert code == done.returncode, done.stderr
    assert 1 == len(done.stderr.splitlines()), done.stderr
    for words in said:
        assert words in done.stderr


def test_without_a_key_the_option_is_named(place: Path) -> None:
    """Nothing is written."""
    fails(script(place), 2, "API key of the application: it has no default", "--client-id")
    assert not (place / ".dlt").exists()


@pytest.mark.parametrize(
    "value", ["<your client id>", "your-client-id", "the application's API key", "...", "changeme"]
)
def test_a_placeholder_is_recognised(place: Path, value: str) -> None:
    """In an option, and in the environment of any command."""
    fails(
        script(place, "--client-id", value),
        2,
        "client_id is still the placeholder of an example",
        "ctct init",
    )


@pytest.mark.long
def test_a_wrong_key_is_a_sentence_and_stays_for_the_next_time(server: Server, place: Path) -> None:
    """The server does not know the application."""
    done = script(place, "--client-id", "11111111-2222-3333-4444-555555555555", *options(server, place))
    fails(done, 2, "does not accept the application", "client_id", ".dlt/config.toml", "ctct init")


@pytest.mark.long
def test_no_network_is_a_sentence(server: Server, place: Path) -> None:
    """Nobody listens at the address."""
    words = [word for word in options(server, place) if "device-url" not in word]
    done = script(place, "--client-id", server.client_id, *words, "--device-url=http://127.0.0.1:9/device")
    fails(done, 1, "cannot reach http://127.0.0.1:9", "check the address")


@pytest.mark.long
def test_a_code_that_nobody_confirms_lapses(place: Path) -> None:
    """The provider's answer to a code that is too old."""
    with serve(Sandbox(contacts=1, campaigns=0, requests_per_second=None)) as server:
        server.sandbox.tokens.devices = _Lapsed()
        done = script(place, "--client-id", server.client_id, *options(server, place))
    fails(done, 1, "has lapsed", "ctct auth login")


class _Lapsed(dict[str, Any]):
    """Codes that are too old as soon as they are made."""

    def __setitem__(self, key: str, value: Any) -> None:
        value.expires_at = 0.0
        super().__setitem__(key, value)


@pytest.mark.long
def test_a_login_by_browser_without_a_browser_says_what_else_there_is(server: Server, place: Path) -> None:
    """And names the redirect address; Ctrl-C ends it with a sentence."""
    words = ["--flow", "browser", "--port", "8917", "--client-id", server.client_id, *options(server, place)]
    with conversation(
        place, *words, BROWSER="/nowhere/browser", DISPLAY="", PATH="/bin:/usr/bin"
    ) as terminal:
        terminal.answer("API key of the application")
        terminal.answer("Its secret")
        terminal.answer("Where the rows go")
        terminal.answer("File")
        terminal.expect("http://localhost:8917/callback")
        terminal.expect("--flow device")
        terminal.press(b"\x03")
        assert 1 == terminal.end()
    assert "interrupted" in terminal.shown
    assert "Traceback" not in terminal.shown


@pytest.mark.long
def test_a_redirect_address_that_is_not_registered_is_named(server: Server, place: Path) -> None:
    """The provider shows an error in the browser and nobody comes back: the address to register is in the sentence."""
    program = (
        "from pipelines.constant_contact import login; login.CALLBACK_WAIT_S = 0.5; "
        "from pipelines.constant_contact.cli import main; main()"
    )
    words = ["--flow", "browser", "--port", "8918", "--client-id", server.client_id, *options(server, place)]
    done = subprocess.run(
        [sys.executable, "-c", program, "init", "--yes", *words],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    fails(done, 1, "nobody came back", "http://localhost:8918/callback registered", "--flow browser")


def test_errors_of_settings_name_key_files_and_command(place: Path) -> None:
    """Of a key that is set nowhere, and of a value that cannot work."""

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        return child_runs.ctct("plan", folder=place, environment=environment(place, **more))

    files = [str(place / ".dlt" / name) for name in ("secrets.toml", "config.toml")]
    fails(run(), 2, "client_id is not set", *files, "SOURCES__CONSTANT_CONTACT__CLIENT_ID", "ctct init")
    (place / ".dlt").mkdir()
    (place / ".dlt" / "config.toml").write_text('[sources.constant_contact]\nbase_url = "api.example.com"\n')
    place_of_it = f"it is set by base_url in [sources.constant_contact] of {files[1]}; ctct init sets it"
    fails(run(), 2, "base_url is 'api.example.com'", place_of_it)


def test_a_folder_that_cannot_be_written_is_a_sentence(server: Server, place: Path) -> None:
    """`.dlt` is a file."""
    (place / ".dlt").touch()
    done = script(place, "--client-id", server.client_id, *options(server, place))
    fails(done, 2, "cannot be written", str(place / ".dlt"), "ctct init in another folder")


@pytest.mark.long
def test_secrets_that_git_tracks_are_not_written(place: Path) -> None:
    """The file stays as it is, and the command that takes it out of git is named."""
    (place / ".dlt").mkdir()
    secrets = place / ".dlt" / "secrets.toml"
    secrets.write_text("# empty\n")
    git(place, "add", "-f", ".dlt/secrets.toml")
    with conversation(place, "--client-id", "11111111-2222-3333-4444-555555555555") as terminal:
        terminal.answer("API key of the application")
        terminal.answer("Its secret", SECRET)
        assert 2 == terminal.end()
    assert "git rm --cached .dlt/secrets.toml" in terminal.shown
    assert "# empty\n" == secrets.read_text()


def test_without_a_terminal_it_needs_yes(place: Path) -> None:
    """Nobody can be asked."""
    done = child_runs.ctct("init", folder=place, environment=environment(place))
    fails(done, 2, "nobody can be asked here", "--yes")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--flow", "carrier"], "--flow is 'carrier'; choose device or browser"),
        (["--base-url", "http://api.example.com"], "which is not encrypted"),
        (["--time-zone", "Mars/Olympus"], "no time zone"),
        (["--destination", "papyrus"], "--destination is 'papyrus'"),
        (["--profile", "No"], "is no profile's name"),
    ],
)
def test_a_wrong_option_is_a_sentence(server: Server, place: Path, words: list[str], said: str) -> None:
    """Exit 2."""
    given: Callable[[str], bool] = lambda word: not word.startswith(words[0])  # noqa: E731
    done = script(place, "--client-id", server.client_id, *filter(given, options(server, place)), *words)
    fails(done, 2, said)


@pytest.mark.long
def test_input_that_ends_is_a_sentence(place: Path) -> None:
    """Ctrl-D."""
    with conversation(place) as terminal:
        terminal.expect(r"\[device\]: ")
        terminal.press(b"\x04")
        assert 2 == terminal.end()
    assert "run ctct init again to go on" in terminal.shown


@pytest.mark.long
def test_the_sandbox_says_how_to_set_up_against_it(place: Path) -> None:
    """The line that it shows on a terminal is one that the command line takes, and leads to a login."""
    with Terminal(
        [*CTCT, "sandbox", "--contacts", "3"], folder=place, environment=environment(place)
    ) as sandbox:
        line = sandbox.expect(r"\n\S*ctct init ((?:.*\\\n)+.*)\n")[1]
        with conversation(
            place,
            *line.replace("\\", "").split(),
            "--flow",
            "device",
            f"--state-dir={place.parent / 'state'}",
        ) as terminal:
            terminal.answer("API key of the application")
            terminal.answer("Its secret")
            terminal.answer("Where the rows go")
            terminal.answer("File")
            address = terminal.expect(r"(http://\S+user_code=\S+)")[1]
            code, page = address.partition("=")[2], address.partition("?")[0]
            curl = f"curl -d decision=allow -d user_code=CODE \\\n  {page}\n"
            assert curl in sandbox.shown
            done = subprocess.run(
                ["sh", "-c", curl.replace("CODE", code)], capture_output=True, text=True, check=True
            )
            assert "Done" in done.stdout
            terminal.expect("Logged in to")
        sandbox.press(b"\x03")
        assert 0 == sandbox.end()
