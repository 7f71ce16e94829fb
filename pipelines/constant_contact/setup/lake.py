"""What `ctct init` asks about a lake: its catalog, its files and the key to them, and where logins are kept.

Knows questions and the names of settings. Must not know how they are written: whoever asks does that. All values of a
destination go to the file of secrets, from which alone the load tool takes them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations.target import DUCKLAKE
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.shared_store import STORES, key_fault
from sources.constant_contact.configuration import NAME, TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.constant_contact.setup.prompts import Prompts
    from pipelines.constant_contact.setup.settings_files import Key

    Configured = Callable[[Key], str | None]
    """A value that is set already, wherever."""

CREDENTIALS: Key = ("destination", DUCKLAKE, "credentials")
CATALOG: Key = (*CREDENTIALS, "catalog")
BUCKET: Key = (*CREDENTIALS, "storage", "bucket_url")
OBJECTS: Key = (*CREDENTIALS, "storage", "credentials")
STORE: Key = (TOP, NAME, "store")
STORE_KEY: Key = (TOP, NAME, "store_key")
FILES, IN_CATALOG = STORES
NEEDS = (
    "  A lake needs, made before: a database of a PostgreSQL server, with a role that may create a schema in it, and\n"
    "  a folder that all machines reach, or an S3 bucket. docs/warehouse.md says more."
)
S3 = "s3://"
BYTES_OF_A_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeOptions:
    """What the command line gave; None: ask, or keep."""

    bucket: str | None = None
    access_key_id: str | None = None
    region: str | None = None
    endpoint: str | None = None
    store: str | None = None


def is_configured(configured: Configured) -> bool:
    """As a whole address, or in its parts."""
    return bool(configured(CATALOG) or configured((*CATALOG, "host")))


def lake(
    prompts: Prompts, options: LakeOptions, configured: Configured, address: str | None
) -> dict[Key, str]:
    """Settings that are new or other ones. `address`: of the catalog, as the command line gave it. Raises UserError."""
    prompts.say(NEEDS)
    return dict([*_catalog(prompts, configured, address), *_files(prompts, options, configured)])


def _catalog(prompts: Prompts, configured: Configured, address: str | None) -> Iterator[tuple[Key, str]]:
    if is_configured(configured):
        if address:
            yield CATALOG, _address(address)
        return
    question = "Address of the catalog, like postgresql://user:password@host:5432/database (not shown)"
    given = address or prompts.secret(question)
    if not given:
        raise UserError(f"the catalog of the lake is not known; give --database, or set {_variable(CATALOG)}")
    yield CATALOG, _address(given)


def _address(text: str) -> str:
    """The text is not quoted: a password is in it."""
    if not text.startswith(("postgres://", "postgresql://", "sqlite:///", "duckdb:///")):
        raise UserError(
            "the address of the catalog cannot be read; write it as postgresql://user:password@host:5432/database"
        )
    return text


def _files(prompts: Prompts, options: LakeOptions, configured: Configured) -> Iterator[tuple[Key, str]]:
    known = configured(BUCKET)
    bucket = prompts.text(
        "Files of the lake: a folder, or s3://bucket/folder",
        options.bucket or known,
        option="--bucket",
        check=_place,
    )
    if bucket != known:
        yield BUCKET, bucket
    if bucket.startswith(S3):
        yield from _objects(prompts, options, configured)


def _place(text: str) -> str:
    """A folder is the same one wherever a command is run."""
    return text if "://" in text else str(Path(text).expanduser().absolute())


def _objects(prompts: Prompts, options: LakeOptions, configured: Configured) -> Iterator[tuple[Key, str]]:
    """Without a key the machine's own role counts, as Amazon's tools have it."""
    for name, question, given, default in (
        ("aws_access_key_id", "Access key id, or - for the machine's own role", options.access_key_id, "-"),
        ("region_name", "Region", options.region, "us-east-1"),
        ("endpoint_url", "Endpoint of an S3 that is not Amazon's, or -", options.endpoint, "-"),
    ):
        known = configured((*OBJECTS, name))
        option = {"region_name": "--region", "endpoint_url": "--endpoint-url"}.get(name, "--access-key-id")
        answer = prompts.text(question, given or known or default, option=option)
        if answer not in (known, "-"):
            yield (*OBJECTS, name), answer
        if name == "aws_access_key_id" and answer != "-":
            yield from _secret_key(prompts, configured)


def _secret_key(prompts: Prompts, configured: Configured) -> Iterator[tuple[Key, str]]:
    key: Key = (*OBJECTS, "aws_secret_access_key")
    if configured(key):
        return
    given = prompts.secret("Secret access key (not shown)")
    if not given:
        raise UserError(
            f"the secret of the access key is not known; set {_variable(key)}, or run ctct init without --yes"
        )
    yield key, given


def store(
    prompts: Prompts, options: LakeOptions, configured: Configured
) -> tuple[dict[Key, str], dict[Key, str]]:
    """Where logins and the day's count are kept: settings that are no secret, and those that are. Raises UserError."""
    known = configured(STORE) or FILES
    answer = prompts.choice(
        "Logins and the day's count: in a file of this machine, or in the catalog for machines without a disk",
        STORES,
        options.store or known,
        option="--store",
    )
    plain = {STORE: answer} if answer != known else {}
    return plain, _store_key(prompts) if answer == IN_CATALOG and not configured(STORE_KEY) else {}


def _store_key(prompts: Prompts) -> dict[Key, str]:
    """The other machines' one, or a new one."""
    given = prompts.secret(
        "store_key of the other machines (not shown; Enter on the first one, for a new one)"
    )
    if not given:
        prompts.say("  a new store_key is made; give every other machine the same one")
    elif fault := key_fault(given):
        raise UserError(fault)
    return {STORE_KEY: given or secrets.token_urlsafe(BYTES_OF_A_KEY)}


def _variable(key: Key) -> str:
    return "__".join(key).upper()
