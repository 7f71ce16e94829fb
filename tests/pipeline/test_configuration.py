"""Settings that nobody reads are named, and each value says where it came from; dlt itself passes over them."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import child_runs
import pytest

from sources.constant_contact import configuration
from sources.constant_contact.configuration import Layer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

OURS = ("client_id", "client_secret", "requests_per_second", "lookback")
FILE = "/etc/.dlt/config.toml"
PREFIX = "SOURCES__CONSTANT_CONTACT__"


def findings(own: Mapping[str, Any], **more: Any) -> list[str]:
    tables = {"sources": {"constant_contact": own}, **more}
    return [found.sentence for found in configuration.findings(OURS, [Layer(name=FILE, tables=tables)])]


def of_variables(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    layer = Layer(name="", tables=configuration._environment(os.environ))
    return [found.sentence for found in configuration.findings(OURS, [layer])]


def ctct(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One command as a process in `folder`, whose `.dlt` it reads."""
    return child_runs.ctct(*words, folder=folder, environment={**os.environ, **variables})


def written(folder: Path, text: str, name: str = "config.toml") -> Path:
    (folder / ".dlt").mkdir(exist_ok=True)
    (folder / ".dlt" / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"request_per_second": 4}, ("request_per_second in [sources.constant_contact]", "mean requests_per_second?")),
        ({"xyzzy": 4}, ("xyzzy in [sources.constant_contact]", "see Configuration in the README")),
        ({"shop": {"client_id": "a", "clientsecret": "b"}}, ("[sources.constant_contact.shop]", "mean client_secret?")),
        ({"shop": {"clientid": "a"}}, ("shop in [sources.constant_contact]", "no known key is in it")),
        ({"notfy": {"webhook": "a"}}, ("notfy in", "did you mean notify?")),
        ({"notify": {"webhok": "a"}}, ("[sources.constant_contact.notify]", "did you mean webhook?")),
        ({"shop": {"lookback": "1h", "notify": {"emailto": "a"}}}, ("shop.notify]", "did you mean email_to?")),
        ({"contacts": {"client_id": "a"}}, ("contacts is a name that ctct uses itself",)),
        ({"my_analytics": {"client_id": "a"}}, ("cannot end in analytics",)),
        ({"my_staging_models": {"client_id": "a"}}, ("cannot end in staging_models",)),
        ({"My-Shop": {"client_id": "a"}}, ("'My-Shop' is no profile's name",)),
    ],
)  # fmt: skip
def test_a_key_that_nobody_reads_is_named_with_the_nearest_one(
    own: Mapping[str, Any], words: tuple[str, ...]
) -> None:
    """One sentence: the key, its section, its file, and what was probably meant."""
    [sentence] = findings(own)
    assert [] == [word for word in (*words, FILE, "is not used") if word not in sentence]


@pytest.mark.parametrize("name", ["sources.constantcontact", "source.constant_contact", "constant_contact"])
def test_a_section_that_is_nearly_ours_is_named(name: str) -> None:
    """It is quoted with the name that is read."""
    outer, _, inner = name.partition(".")
    tables = {outer: {inner: {"client_id": "a"}} if inner else {"client_id": "a"}}
    [found] = configuration.findings(OURS, [Layer(name=FILE, tables=tables)])
    assert f"the section [{name}] of {FILE} is not used" in found.sentence
    assert "did you mean [sources.constant_contact]?" in found.sentence


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"sources": [1]}, "sources"),
        ({"sources": {"constant_contact": "x"}}, "constant_contact in [sources]"),
    ],
)
def test_a_value_in_place_of_our_section_is_named(tables: Mapping[str, Any], key: str) -> None:
    """Nothing of ours can be read there, and the section that belongs there is said."""
    [found] = configuration.findings(OURS, [Layer(name=FILE, tables=tables)])
    assert f"{key} of {FILE} is not used: it is a value" in found.sentence
    assert "[sources.constant_contact]" in found.sentence


@pytest.mark.parametrize("name", ["config.toml", "secrets.toml"])
def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path, name: str) -> None:
    """Exit 2 and one sentence, where the settings would silently be the defaults."""
    (tmp_path / ".dlt" / name).mkdir(parents=True)
    ran = ctct(tmp_path, "status", DLT_DATA_DIR=str(tmp_path))
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran.stderr
    assert f"{name} is a folder" in ran.stderr


def test_sections_of_others_are_theirs() -> None:
    """Other sources, the loader's own subsections, profiles and known keys are passed over."""
    own = {"client_id": "a", "shop": {"client_id": "b"}, "data_writer": {"file_max_items": 5}}
    assert [] == findings(own, destination={"duckdb": {"credentials": "x"}}, runtime={"log_level": "INFO"})
    tables = {"sources": {"github": {"client_id": "a"}, "constant_contact": own}}
    assert [] == configuration.findings(OURS, [Layer(name=FILE, tables=tables)])


@pytest.mark.parametrize(
    ("name", "right"),
    [
        (f"{PREFIX}REQUEST_PER_SECOND", "requests_per_second"),
        (f"{PREFIX}SHOP__CLIENTID", None),
        (f"{PREFIX}Client_ID", f"{PREFIX}CLIENT_ID"),
        ("sources__constant_contact__client_id", f"{PREFIX}CLIENT_ID"),
        ("SOURCES_CONSTANT_CONTACT_CLIENT_ID", f"{PREFIX}CLIENT_ID"),
        ("SOURCES__CONSTANTCONTACT__CLIENT_ID", f"{PREFIX}CLIENT_ID"),
        ("SOURCE__CONSTANT_CONTACT__CLIENT_ID", f"{PREFIX}CLIENT_ID"),
    ],
)
def test_a_variable_that_nobody_reads_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, right: str | None
) -> None:
    """In the environment as in a file."""
    [sentence] = of_variables(monkeypatch, **{name: "1"})
    assert f"the environment variable {name} is not used" in sentence
    assert right is None or f"did you mean {right}?" in sentence


def test_a_profile_of_a_file_may_have_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes a subsection a profile may stand elsewhere than the key that is wrong."""
    file = Layer(name=FILE, tables={"sources": {"constant_contact": {"shop": {"client_id": "a"}}}})
    monkeypatch.setenv(f"{PREFIX}SHOP__CLIENTSECRET", "b")
    layers = [Layer(name="", tables=configuration._environment(os.environ)), file]
    [found] = configuration.findings(OURS, layers)
    assert f"{PREFIX}SHOP__CLIENTSECRET is not used" in found.sentence
    assert ("shop",) == configuration.profiles(OURS, layers)


def test_every_setting_is_a_known_name() -> None:
    """Whoever adds a setting need not add it to a second list."""
    from sources.constant_contact.source import SETTINGS  # noqa: PLC0415

    own = dict.fromkeys(SETTINGS, "x")
    assert [] == [
        found.sentence
        for found in configuration.findings(
            SETTINGS, [Layer(name=FILE, tables={"sources": {"constant_contact": own}})]
        )
    ]


@pytest.fixture(scope="module")
def misspelt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """`check` and `sync` as processes, in a folder whose configuration has slips; no request can succeed."""
    folder = written(
        tmp_path_factory.mktemp("misspelt"),
        '[sources.constant_contact]\nbase_url = "http://127.0.0.1:1/v3"\nrequest_per_second = 3\n',
    )
    written(folder, '[sources.constant_contact]\naccess_token = "hush-hush"\n', "secrets.toml")
    variables = {
        f"{PREFIX}STATE_DIR": str(folder / "state"),
        f"{PREFIX}REQUESTS_PER_DAY": "500",
        "DLT_DATA_DIR": str(folder / "dlt"),
    }
    with ThreadPoolExecutor(2) as pool:
        runs = {
            words[0]: pool.submit(ctct, folder, *words, **variables)
            for words in (("check",), ("sync", "--no-transform", "--json"))
        }
        return {name: run.result() for name, run in runs.items()}


def test_check_says_where_each_value_came_from(misspelt: dict[str, Any]) -> None:
    """File and section, or variable; secrets are not shown, slips are errors, the rest keeps its default."""
    output = misspelt["check"].stdout
    assert 2 == misspelt["check"].returncode
    assert f"requests_per_day = 500, from the environment variable {PREFIX}REQUESTS_PER_DAY" in output
    assert "base_url = http://127.0.0.1:1/v3, from /" in output
    assert "/.dlt/config.toml, [sources.constant_contact]" in output
    assert "access_token = set, from /" in output
    assert "hush-hush" not in output
    [wrong] = [line for line in output.splitlines() if "request_per_second" in line]
    assert wrong.startswith("FIX ")


def test_a_run_warns_of_what_nobody_reads(misspelt: dict[str, Any]) -> None:
    """On standard error, however the run ends."""
    assert "warning: request_per_second in [sources.constant_contact]" in misspelt["sync"].stderr
    assert "hush-hush" not in misspelt["sync"].stdout + misspelt["sync"].stderr


def test_the_warning_is_in_the_object_of_a_run(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that completes carries it in `warnings`."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from pipelines.constant_contact.cli import app  # noqa: PLC0415

    account(contacts=5, campaigns=0)
    monkeypatch.setenv(f"{PREFIX}REQUEST_PER_SECOND", "3")
    words = ["sync", "--no-transform", "--json", "--select", "contact_tags"]
    result = json.loads(CliRunner().invoke(app, words).stdout)
    assert ("complete", 1) == (result["status"], len(result["warnings"]))
    assert "did you mean requests_per_second?" in result["warnings"][0]


BROKEN = [
    ("config.toml", "client_id = 'a\n", ("config.toml is not valid TOML", "line 1, column")),
    ("secrets.toml", "[a]\nb = 1\nb = 2\n", ("secrets.toml is not valid TOML", "line 3")),
    ("config.toml", "\ufeff[sources.constant_contact]\nlookback = '1h'\n",
     ("config.toml begins with a byte order mark", "UTF-8 without BOM")),
    ("config.toml", "[sources.constant_contact]\nrequests_per_second = 'fast'\n",
     ("requests_per_second is 'fast', not a number", "SOURCES__CONSTANT_CONTACT__REQUESTS_PER_SECOND")),
    ("config.toml", "[sources.constant_contact]\nrequests_per_day = 1.5\n", ("1.5, not a whole number",)),
    ("config.toml", "[sources.constant_contact]\nhistory = 'maybe'\n", ("'maybe', not true or false",)),
    ("config.toml", "[sources.constant_contact]\nclient_secret = 'hush-hush'\n",
     ("client_secret is a secret and is in config.toml", ".dlt/secrets.toml")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), BROKEN)
def test_a_file_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, name: str, text: str, words: tuple[str, ...]
) -> None:
    """Exit 2: the file with line and column, or the key with the kind of value it wants; no word of the program's."""
    ran = ctct(written(tmp_path, text, name), "status", DLT_DATA_DIR=str(tmp_path))
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran.stderr
    assert [] == [word for word in words if word not in ran.stderr]
    assert [] == [word for word in ("<class", "NoneType", "hush", "Traceback") if word in ran.stderr]


@pytest.mark.long
@pytest.mark.parametrize("command", ["sync", "plan", "check", "transform", "report", "sql", "auth login"])
def test_every_command_says_that_a_file_is_no_toml(tmp_path: Path, command: str) -> None:
    """The same sentence, whether the command reads the account's settings or only the destination's."""
    ran = ctct(written(tmp_path, "a = \n"), *command.split(), DLT_DATA_DIR=str(tmp_path))
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran.stderr
    assert "config.toml is not valid TOML" in ran.stderr


def test_a_profile_s_own_value_wins_wherever_the_other_is(tmp_path: Path) -> None:
    """A profile's section in a file beats the environment for all profiles; `check` says where it is."""
    folder = written(
        tmp_path,
        "[sources.constant_contact]\nrequests_per_day = 7\nlookback = '2h'\n"
        "[sources.constant_contact.acme]\nrequests_per_day = 8\n",
    )
    variables = {
        f"{PREFIX}REQUESTS_PER_DAY": "9",
        f"{PREFIX}ACME__LOOKBACK": "3h",
        f"{PREFIX}STATE_DIR": str(tmp_path / "state"),
        "DLT_DATA_DIR": str(tmp_path / "dlt"),
    }

    acme, default = (
        ctct(folder, "check", *words, **variables).stdout for words in (("--profile", "acme"), ())
    )

    assert "requests_per_day = 8, from /" in acme
    assert "[sources.constant_contact.acme]" in acme
    assert f"lookback = 3h, from the environment variable {PREFIX}ACME__LOOKBACK" in acme
    assert f"requests_per_day = 9, from the environment variable {PREFIX}REQUESTS_PER_DAY" in default
    assert "lookback = 2h, from /" in default
