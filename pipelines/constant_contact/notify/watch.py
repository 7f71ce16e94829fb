"""A run, or a check of its age, with its heartbeat and its alerts. The only module of the room that others call.

Nothing here changes how a run ends: what goes wrong with alerts is a warning.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.warehouse import opened_for_reading
from pipelines.constant_contact.errors import Busy, UserError
from pipelines.constant_contact.notify import causes, messages, unusual
from pipelines.constant_contact.notify.delivery import Delivery, deliver, senders
from pipelines.constant_contact.notify.heartbeat import Heartbeat
from pipelines.constant_contact.notify.memory import memory_of
from pipelines.constant_contact.notify.receivers import Undelivered, send_text
from pipelines.constant_contact.notify.settings import read_notify
from pipelines.constant_contact.request import load_settings, published_copy
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.login import Login
from sources.constant_contact.api.redact import Redactor
from sources.constant_contact.api.shared_store import keys_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.display.verdict import Verdict
    from pipelines.constant_contact.events import RunResult
    from pipelines.constant_contact.notify.causes import Findings
    from pipelines.constant_contact.notify.memory import Memory
    from pipelines.constant_contact.notify.messages import Message, Sent
    from pipelines.constant_contact.notify.settings import Notify
    from sources.constant_contact.source import Settings

    Warn = Callable[[str], None]

BUG = "the program stopped at an unexpected error ({}); its log has the details"
ON_PURPOSE = ("quota", "requests")
"""Why a run may have stopped early and still have gone well."""


def watched(target: Target, run: Callable[[], RunResult], warn: Warn) -> RunResult:
    """What `run` returns or raises. Raises UserError, before it runs, for alerts that are configured wrongly."""
    notify = read_notify(target.profile)
    if not (notify.receivers or notify.heartbeat):
        return run()
    warnings: list[str] = []
    alerts = _Alerts(notify, target, warnings.append)
    heartbeat = Heartbeat(notify.heartbeat)
    heartbeat.send("start", "the sync starts")
    try:
        result = run()
    except Exception as error:
        known = (
            error if isinstance(error, UserError | ApiError) else UserError(BUG.format(type(error).__name__))
        )
        heartbeat.send("failure", alerts.redact(str(known)))
        alerts.tell(causes.of_error(known, kinds=notify.kinds))
        raise
    else:
        well = result.status == "complete" or result.cause in ON_PURPOSE
        heartbeat.send(
            "success" if well else "failure", alerts.redact(result.stopped_reason or result.status)
        )
        alerts.tell(alerts.of_run(result), run_id=result.run_id)
    finally:
        heartbeat.finish(warnings.append)
        for sentence in warnings:
            warn(sentence)
    return replace(result, warnings=(*result.warnings, *warnings))


def checked(target: Target, verdict: Verdict, warn: Warn) -> None:
    """The alerts of `ctct status --notify`: stale data, and a login that lapses because no sync runs."""
    alerts = _Alerts(read_notify(target.profile), target, warn)
    findings = causes.of_verdict(verdict) + alerts.of_login()
    if findings.causes and not alerts.notify.receivers:
        warn("nobody hears of this: no receiver is set in [sources.constant_contact.notify]")
    alerts.tell(findings)


@contextmanager
def alerts_where_unreadable(target: Target, warn: Warn) -> Iterator[None]:
    """Data that cannot be read is no fresher than data that is old. A warehouse in use is no such case."""
    try:
        yield
    except Busy:
        raise
    except UserError as error:
        findings = causes.of_unreadable(str(error))
        _Alerts(read_notify(target.profile), target, warn).tell(findings)
        raise


def greeted(address: str, profile: str) -> str:
    """Sends a web hook its first message; why it did not arrive, or nothing. It is no alert, and is not remembered."""
    try:
        send_text(
            address,
            f"*ctct: alerts of profile {profile} come here*\nNothing is wrong, and nothing is to be done.",
        )
    except Undelivered as error:
        return str(error)
    return ""


class _Alerts:
    """What is found about one profile and dataset, and who hears of it."""

    def __init__(self, notify: Notify, target: Target, warn: Warn) -> None:
        self.notify, self.target, self._warn = notify, target, warn
        self._redactor = Redactor()
        self._redactor.add(*notify.secrets)
        self._own = _settings(target.profile)
        if self._own is not None:
            own = self._own
            keys = keys_in(own.store_key or "")
            self._redactor.add(own.client_secret, own.refresh_token, own.access_token, *keys)

    def redact(self, text: str) -> str:
        return self._redactor(text)

    def of_run(self, result: RunResult) -> Findings:
        if self._own is None:  # it could be read a moment ago
            return causes.Findings()
        per_day = self._own.requests_per_day - self._own.reserve_per_day
        findings = causes.of_run(result, per_day=per_day, kinds=self.notify.kinds)
        if result.status == "failed" or result.cause == "busy":
            return findings
        return findings + self.of_login() + self._of_mails(self._own, result)

    def of_login(self) -> Findings:
        if self._own is None:
            return causes.Findings()
        login = Login(self._own.connection())
        try:
            return causes.of_login(login.status(), now=pendulum.now("UTC"))
        except ApiError:  # a token store that cannot be read ends runs with its own sentence
            return causes.Findings()
        finally:
            login.close()

    def _of_mails(self, own: Settings, result: RunResult) -> Findings:
        """Only after a run that built the marts."""
        if "unusual" not in self.notify.kinds or not result.seconds.get("transform"):
            return causes.Findings()
        try:
            opened = opened_for_reading(self.target, published_copy(own), self._warn)
            rows = opened.query(unusual.query(self.target.analytics))
        except UserError as error:
            self._warn(f"whether mails did unusually is not known: {error}")
            return causes.Findings()
        return unusual.of_mails(rows, now=pendulum.now("UTC"))

    def tell(self, findings: Findings, *, run_id: str | None = None) -> None:
        """Sends what is due and remembers it."""
        if not self.notify.receivers:
            return
        with self._memory() as memory:
            sent = memory.read()
            deliveries = self._deliveries(sent, findings, run_id)
            deliver(deliveries)
            done = {name: list(one.delivered) for name, one in deliveries.items()}
            after = {name: messages.after(sent.get(name, {}), findings, done[name]) for name in deliveries}
            memory.write({**sent, **after})
        if memory.fault and any(done.values()):
            self._warn(f"the alerts that were sent may come again, they cannot be remembered: {memory.fault}")
        self._say_what_failed(deliveries)

    def _memory(self) -> AbstractContextManager[Memory]:
        """Where the configuration cannot be read, in the default place."""
        from sources.constant_contact.source import Settings  # noqa: PLC0415 - dlt takes two seconds

        connection = (self._own or Settings()).connection()
        return memory_of(connection, self.target)

    def _deliveries(
        self, sent: Mapping[str, Sent], findings: Findings, run_id: str | None
    ) -> dict[str, Delivery]:
        origin = messages.Origin(profile=self.target.profile, dataset=self.target.dataset, run_id=run_id)

        def due(name: str) -> list[Message]:
            before = sent.get(name, {})
            return messages.due(before, findings, kinds=self.notify.kinds, origin=origin, redact=self.redact)

        return {name: Delivery(send=send, messages=due(name)) for name, send in senders(self.notify).items()}

    def _say_what_failed(self, deliveries: Mapping[str, Delivery]) -> None:
        for name, one in deliveries.items():
            if why := one.why:
                kinds = ", ".join(message.kind for message in one.messages[len(one.delivered) :])
                self._warn(f"the alert receiver {name} did not get its message ({kinds}): {self.redact(why)}")


def _settings(profile: str) -> Settings | None:
    """None: the configuration cannot be read, which is what the alert is about."""
    try:
        return load_settings(profile)
    except UserError:
        return None
