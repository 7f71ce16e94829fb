"""`[sources.constant_contact.notify]`, and a profile's own `[sources.constant_contact.<profile>.notify]`, which wins.

Values are read at exactly these places. The load tool's usual search also takes names without their section: an
environment variable `COMMAND` of another program would be run.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from pipelines.constant_contact.destinations.target import DEFAULT_PROFILE
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.notify.causes import KINDS
from sources.constant_contact.api.connection import is_loopback
from sources.constant_contact.configuration import NAME, NOTIFY, NOTIFY_KEYS, NOTIFY_SECRETS, SECTION, TOP
from sources.constant_contact.windows import duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

SMTP_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How a message is mailed, and to whom."""

    host: str
    port: int
    encrypted: bool
    """From the first byte (`smtps://`); else STARTTLS where the server offers it."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str
    recipients: tuple[str, ...]

    @property
    def may_be_plain(self) -> bool:
        """Whether the text may go without encryption: never a password, except on this machine."""
        return is_loopback(self.host) or self.password is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """What is configured; everything may be left out."""

    webhook: str | None = field(default=None, repr=False)
    command: tuple[str, ...] = ()
    mail: Mail | None = None
    heartbeat: str | None = field(default=None, repr=False)
    stale_after: timedelta | None = None
    kinds: frozenset[str] = frozenset(KINDS)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values that belong in no text."""

    @property
    def receivers(self) -> tuple[str, ...]:
        """Their keys; the heartbeat is none, it only counts beats."""
        present = {"webhook": self.webhook, "command": self.command, "smtp_url": self.mail}
        return tuple(name for name, value in present.items() if value)


def read_notify(profile: str = DEFAULT_PROFILE) -> Notify:
    """Raises UserError with one sentence for a value that cannot work."""
    values = {key: value for key in sorted(NOTIFY_KEYS) if (value := _value(key, profile)) is not None}
    mail = _mail(values)
    stale_after = values.get("stale_after")
    try:
        limit = None if stale_after is None else duration(str(stale_after), setting="stale_after")
    except ValueError as error:
        raise _wrong(str(error)) from error
    secrets = [str(values[key]) for key in NOTIFY_SECRETS if key in values]
    if mail is not None and mail.password:
        secrets.append(mail.password)
    return Notify(
        webhook=_address("webhook", values.get("webhook")),
        command=_words(values.get("command")),
        mail=mail,
        heartbeat=_address("heartbeat", values.get("heartbeat")),
        stale_after=limit,
        kinds=_kinds(values.get("on")),
        secrets=tuple(secrets),
    )


def web_hook(address: str) -> str:
    """The address as it was typed. Raises ValueError with one sentence where it cannot be one."""
    try:
        return _address("webhook", address.strip()) or ""
    except UserError as error:
        raise ValueError(str(error)) from error


def _value(key: str, profile: str) -> Any:
    """From the first place that has it. Raises UserError for a secret in a file that is not for secrets."""
    from dlt.common.configuration.container import Container  # noqa: PLC0415 - two seconds
    from dlt.common.configuration.specs import PluggableRunContext  # noqa: PLC0415
    from dlt.common.typing import TSecretStrValue  # noqa: PLC0415

    is_secret = key in NOTIFY_SECRETS
    hint: Any = TSecretStrValue if is_secret else str
    for sections in _places(profile):
        for provider in Container()[PluggableRunContext].providers.providers:
            value, _ = provider.get_value(key, hint, None, *sections)
            if value is None:
                continue
            if is_secret and not provider.supports_secrets:
                place = f"[{'.'.join(sections)}]"
                raise _wrong(
                    f"{key} is a secret and is in {provider.name}; move it to {place} of .dlt/secrets.toml or to the "
                    f"environment variable {'__'.join((*sections, key)).upper()}"
                )
            return value.strip() if isinstance(value, str) else _must_be_no_section(key, value)
    return None


def _places(profile: str) -> list[tuple[str, ...]]:
    own = [] if profile == DEFAULT_PROFILE else [(TOP, NAME, profile, NOTIFY)]
    return [*own, (TOP, NAME, NOTIFY)]


def _wrong(sentence: str) -> UserError:
    return UserError(f"configuration of alerts: {sentence}")


def _address(key: str, value: Any) -> str | None:
    """An https address; plain http only on this machine. The value is never quoted."""
    if value is None:
        return None
    try:
        parts = urlsplit(str(value))
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in ("http", "https") or not str(value).isprintable():
        raise _wrong(f"{key} is no address; copy it again, it begins with https://")
    if parts.scheme == "http" and not is_loopback(host):
        raise _wrong(f"{key} is not encrypted; use an address that begins with https://")
    return str(value)


def _must_be_no_section(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        raise _wrong(f"{key} is a section; write it as one value, {key} = ..., in {SECTION[:-1]}.{NOTIFY}]")
    return value


def _words(value: Any) -> tuple[str, ...]:
    """A program and its arguments: a list, or one text with quotes as in a shell, which is not asked."""
    if value is None:
        return ()
    words = _list(value)
    if words is None:
        try:
            words = shlex.split(str(value))
        except ValueError as error:
            raise _wrong(
                "command cannot be split into words: a quote is not closed; write it as a list"
            ) from error
    if not words or not words[0] or any("\0" in word for word in words):
        raise _wrong("command is empty; set it to a program and its arguments, or leave it out")
    return tuple(words)


def _list(value: Any) -> list[str] | None:
    """Of a list, or of a text that spells one in JSON; None for any other text."""
    if isinstance(value, str):
        if not value.startswith("["):
            return None
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return [str(part) for part in value] if isinstance(value, list) else None


def _names(value: Any) -> tuple[str, ...]:
    """A list, or names with commas between them."""
    words = _list(value)
    parts = str(value).split(",") if words is None else words
    return tuple(part.strip() for part in parts if part.strip())


def _kinds(value: Any) -> frozenset[str]:
    if value is None:
        return frozenset(KINDS)
    names = _names(value)
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        what = f"on names {unknown[0]!r}, which is no event" if unknown else "on is empty"
        raise _wrong(f"{what}; choose from {', '.join(KINDS)}, in {SECTION[:-1]}.{NOTIFY}]")
    return frozenset(names)


def _mail(values: Mapping[str, Any]) -> Mail | None:
    """Both of `smtp_url` and `email_to`, or neither."""
    url, to = values.get("smtp_url"), values.get("email_to")
    if url is None and to is None:
        return None
    if url is None or to is None:
        there, missing = ("email_to", "smtp_url") if url is None else ("smtp_url", "email_to")
        raise _wrong(f"{there} is set and {missing} is not; set both, or neither")
    recipients = _names(to)
    wrong = [name for name in recipients if not _is_mailbox(name)]
    if wrong or not recipients:
        raise _wrong(
            f"email_to {'names ' + repr(wrong[0]) if wrong else 'is empty'}; write it like me@example.com"
        )
    return _server(str(url), recipients)


def _server(url: str, recipients: tuple[str, ...]) -> Mail:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in SMTP_PORTS:
        raise _wrong("smtp_url is no address of a mail server; write it like smtps://user:password@host:465")
    user = unquote(parts.username) if parts.username else None
    named = parse_qs(parts.query).get("from", [])
    [*_, sender] = [recipients[0], *filter(_is_mailbox, [user or ""]), *named]
    if not _is_mailbox(sender):
        raise _wrong(
            f"smtp_url ends in from={sender}, which is no address; write it like ?from=ctct@example.com"
        )
    return Mail(
        host=host,
        port=port or SMTP_PORTS[parts.scheme],
        encrypted=parts.scheme == "smtps",
        user=user,
        password=unquote(parts.password) if parts.password else None,
        sender=sender,
        recipients=recipients,
    )


def _is_mailbox(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and host) and text.isprintable() and not set(text) & set(' ,;<>"')
