"""`ctct init` with a lake: what it needs is said, secrets go into one file, machines without a disk share the login."""

from __future__ import annotations

import stat
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from postgres_server import binaries, postgres_server
from test_init import conversation, fails, git, options, script, settings
from test_init import place as place_of_init
from test_init import server as server_of_init

if TYPE_CHECKING:
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

place, server = place_of_init, server_of_init  # fixtures, which pytest finds under their names
LAKE = ("--client-id=11111111-2222-3333-4444-555555555555", "--destination=ducklake")
ADDRESS = "--database=postgresql://ctct:pa55@127.0.0.1:9/catalog"
OBJECTS = "--bucket=s3://bucket/rows"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "the catalog of the lake is not known; give --database, or set DESTINATION__DUCKLAKE__"),
        (("--database=mysql://ctct:pa55@h/d",), "write it as postgresql://user:password@host:5432/database"),
        ((ADDRESS,), "--bucket"),
        ((ADDRESS, OBJECTS, "--access-key-id=K"), "STORAGE__CREDENTIALS__AWS_SECRET_ACCESS_KEY"),
        ((ADDRESS, "--bucket=files", "--store=disk"), "--store is 'disk'; choose file or catalog"),
        (("--destination=duckdb", "--store=catalog"), "belong to a lake; add --destination ducklake"),
        (("--destination=duckdb", "--bucket=x"), "belong to a lake; add --destination ducklake"),
    ],
)
def test_what_is_missing_is_named_before_a_login(place: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2, in one sentence that quotes no password."""
    done = script(place, *LAKE, *words)
    fails(done, 2, said)
    assert "pa55" not in done.stdout + done.stderr


def in_secrets(place: Path) -> dict[str, Any]:
    lake: dict[str, Any] = tomllib.loads((place / ".dlt" / "secrets.toml").read_text())["destination"][
        "ducklake"
    ]
    return lake


def test_bucket_and_its_key_go_into_the_file_of_secrets(place: Path) -> None:
    """Also where the catalog does not answer: what is known is written before the login."""
    pytest.importorskip("psycopg2", reason="the extra lake is not installed")
    secret = "DESTINATION__DUCKLAKE__CREDENTIALS__STORAGE__CREDENTIALS__AWS_SECRET_ACCESS_KEY"
    words = (ADDRESS, OBJECTS, "--access-key-id=K", "--region=eu-west-1", "--store=catalog")
    done = script(place, *LAKE, *words, "--endpoint-url=http://127.0.0.1:9", **{secret: "of-the-environment"})
    fails(done, 2, "the catalog of the lake does not answer", "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG")
    credentials = in_secrets(place)["credentials"]
    assert "postgresql://ctct:pa55@127.0.0.1:9/catalog" == credentials["catalog"]
    assert "s3://bucket/rows" == credentials["storage"]["bucket_url"]
    assert {
        "aws_access_key_id": "K",
        "region_name": "eu-west-1",
        "endpoint_url": "http://127.0.0.1:9",
    } == credentials["storage"]["credentials"]
    assert "catalog" == settings(place, "config.toml")["store"]
    assert len(settings(place, "secrets.toml")["store_key"]) >= 32
    assert 0o600 == stat.S_IMODE((place / ".dlt" / "secrets.toml").stat().st_mode)
    git(place, "add", "--all")
    assert "pa55" not in git(place, "diff", "--cached")


@pytest.mark.long  # a server of its own, and syncs
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
def test_two_machines_are_set_up_on_one_lake(server: Server, place: Path) -> None:
    """The first makes the key and logs in; the second one is given the key, is logged in, and Enter keeps all."""
    pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
    files = place.parent / "files"
    with postgres_server() as catalog:
        words = [f"--client-id={server.client_id}", *options(server, place), "--destination=ducklake"]
        words += [f"--database={catalog.url}", f"--bucket={files}"]
        first = script(place, *words, "--store=catalog")
        assert (0, "") == (first.returncode, first.stderr), first.stdout
        assert "a new store_key is made" in first.stdout
        assert "encrypted" in first.stdout
        key = settings(place, "secrets.toml")["store_key"]

        other = place.parent / "other"
        other.mkdir()
        with conversation(other, *words, "--store=catalog") as terminal:
            terminal.answer("API key of the application")
            terminal.answer("Its secret")
            terminal.answer(r"Where the rows go \(.*\) \[ducklake\]: ")
            terminal.answer("Files of the lake: .*: ")
            terminal.answer(r"Logins and the day's count: .* \[catalog\]: ")
            terminal.answer("store_key of the other machines .*: ", key)
            terminal.answer(r"Load the account .*\? \[Y/n\] ")
            terminal.answer("Time zone in which days are counted")
            terminal.answer("Web hook that is told of trouble")
            terminal.answer("A report page")
            terminal.answer(r"Sync now\? ", "n")
            terminal.answer(r"Run it every night", "n")
            assert 0 == terminal.end()
        assert key not in terminal.shown
        assert "ctct status --destination ducklake" in terminal.shown
        again = script(other)
        assert (0, "") == (again.returncode, again.stderr)
        assert str(files) == in_secrets(other)["credentials"]["storage"]["bucket_url"]
