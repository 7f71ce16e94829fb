"""The receivers: a Slack-compatible web hook, a command, a mail server, and a heartbeat address.

Each either delivers or raises Undelivered with a reason that holds no address and no password. None takes much longer
than TIMEOUT_S; who calls them has a limit of its own for those that trickle.
Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
https://docs.slack.dev/messaging/formatting-message-text#escaping, https://healthchecks.io/docs/http_api/.
"""

from __future__ import annotations

import contextlib
import html
import json
import logging
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import httpx

from sources.constant_contact.api.connection import is_loopback
from sources.constant_contact.api.redact import RedactingFilter, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.constant_contact.notify.messages import Message
    from pipelines.constant_contact.notify.settings import Mail

TIMEOUT_S = 4.0
MAX_QUOTE = 200
Beat = Literal["start", "success", "failure"]
BEATS: dict[Beat, str] = {"start": "/start", "success": "", "failure": "/fail"}
"""What is added to the heartbeat's address."""


class Undelivered(Exception):  # noqa: N818 - it is what happened to a message
    """Why a message did not arrive, without the address."""


def send_webhook(address: str, message: Message) -> None:
    """`&`, `<` and `>` are what Slack takes for its own marks; a campaign's name must not call everybody."""
    send_text(address, f"*{message.subject}*\n{message.text}")


def send_text(address: str, text: str) -> None:
    _post(address, json.dumps({"text": html.escape(text, quote=False)}), "application/json")


def send_beat(address: str, beat: Beat, text: str) -> None:
    """A query of the address stays behind the path."""
    parts = urlsplit(address)
    _post(
        parts._replace(path=parts.path.rstrip("/") + BEATS[beat]).geturl(), text, "text/plain; charset=utf-8"
    )


def _post(address: str, body: str, content_type: str) -> None:
    direct = is_loopback(urlsplit(address).hostname or "")
    try:
        with (
            _nothing_logged(address),
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=not direct) as client,
        ):
            answer = client.post(address, content=body.encode(), headers={"Content-Type": content_type})
    except httpx.TimeoutException:
        raise Undelivered(f"no answer within {TIMEOUT_S:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise Undelivered(f"it cannot be reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise Undelivered(f"it answered with status {answer.status_code}")


@contextlib.contextmanager
def _nothing_logged(address: str) -> Iterator[None]:
    """The HTTP client logs addresses, and who knows this one may write there."""
    redactor = Redactor()
    redactor.add(address, urlsplit(address).path)
    log, blank = logging.getLogger("httpx"), RedactingFilter(redactor)
    log.addFilter(blank)
    try:
        yield
    finally:
        log.removeFilter(blank)


def run_command(command: Sequence[str], message: Message) -> None:
    """Without a shell; the text on standard input, and all of it in variables."""
    variables = {
        "CTCT_EVENT": message.kind,
        "CTCT_STATE": message.state,
        "CTCT_PROFILE": message.origin.profile,
        "CTCT_DATASET": message.origin.dataset,
        "CTCT_RUN_ID": message.origin.run_id or "",
        "CTCT_SUBJECT": message.subject,
        "CTCT_MESSAGE": message.text,
    }
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - the person's own command, without a shell
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **variables},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise Undelivered(
                f"{command[0]} cannot be started: {getattr(error, 'strerror', error)}"
            ) from None
        _finish(process, f"{message.subject}\n\n{message.text}\n")
        if process.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            said = f" ({lines[-1][:MAX_QUOTE]})" if lines else ""
            raise Undelivered(f"it ended with exit code {process.returncode}{said}")


def _finish(process: subprocess.Popen[bytes], text: str) -> None:
    try:
        process.communicate(text.encode(), timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        raise Undelivered(f"it did not end within {TIMEOUT_S:.0f} s") from None


def send_mail(mail: Mail, message: Message) -> None:
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.subject.split())
    letter["From"], letter["To"] = mail.sender, ", ".join(mail.recipients)
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain="ctct.invalid")
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    letter.set_content(f"{message.text}\n")
    try:
        with contextlib.closing(_connected(mail)) as server:
            if mail.user and mail.password:
                server.login(mail.user, mail.password)
            server.send_message(letter)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.putcmd("QUIT")  # the letter is taken, whatever the server says to this
    except TimeoutError:
        raise Undelivered(f"no answer within {TIMEOUT_S:.0f} s") from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"the mail server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Undelivered(f"the mail server cannot be used ({type(error).__name__})") from None


def _must_be_allowed_plain(mail: Mail) -> None:
    if not mail.may_be_plain:
        raise Undelivered("the mail server offers no encryption, and the password is not sent without it")


def _connected(mail: Mail) -> smtplib.SMTP:
    """Raises Undelivered for a server to which a password would go in plain text."""
    context = ssl.create_default_context()
    name = socket.gethostname()  # the library's own way asks the domain name system, which may take seconds
    if mail.encrypted:
        return smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(mail.host, mail.port, name, timeout=TIMEOUT_S)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        else:
            _must_be_allowed_plain(mail)
    except BaseException:
        server.close()
        raise
    return server
