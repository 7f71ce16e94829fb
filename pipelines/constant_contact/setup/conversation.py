"""The conversation of `ctct init`: application, warehouse, login, time zone; then check, cost, first sync, schedule.

Each answer that is known already is the default, so the second time is a row of Enter. What is known is written before
the login, so that one that fails costs no answer. The steps after the questions are the commands that a person could
give: nothing here knows how a login, a check, a plan or a sync is made.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact import check, commands
from pipelines.constant_contact import login as logins
from pipelines.constant_contact.destinations.target import DEFAULT_PROFILE, DUCKDB, DUCKLAKE, POSTGRES
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.program import typed
from pipelines.constant_contact.request import SyncRequest, load_settings, profile_must_be_possible, target_of
from pipelines.constant_contact.schedule.job import times
from pipelines.constant_contact.setup import application, lake, outputs
from pipelines.constant_contact.setup.prompts import Prompts
from pipelines.constant_contact.setup.settings_files import settings_folder, write
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError, NotFound
from sources.constant_contact.api.login import Login
from sources.constant_contact.api.placeholders import placeholder_fault
from sources.constant_contact.configuration import NAME, TOP
from sources.constant_contact.windows import time_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.setup.settings_files import Key
    from sources.constant_contact.source import Settings

CREDENTIALS = "DESTINATION__{}__CREDENTIALS"
DEFAULT_FILE = "ctct.duckdb"
DESTINATIONS = (DUCKDB, POSTGRES, DUCKLAKE)
DATABASE = ("destination", POSTGRES, "credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line gave; None: ask, or keep."""

    profile: str | None = None
    client_id: str | None = None
    flow: str | None = None
    port: int = 8910
    destination: str | None = None
    database: str | None = None
    lake: lake.LakeOptions = field(default_factory=lake.LakeOptions)
    zone: str | None = None
    webhook: str | None = None
    report: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    """`base_url` and the like, and `state_dir`; only what was given."""
    sync: bool | None = None
    schedule: bool | None = None
    at: str = "03:30"
    yes: bool = False


def run_init(options: Options) -> int:
    """The exit code of the first sync, where there was one. Raises UserError and ApiError."""
    if options.flow not in (None, *logins.FLOWS):
        raise UserError(f"--flow is {options.flow!r}; choose {' or '.join(logins.FLOWS)}")
    times(options.at)
    prompts = Prompts(silent=options.yes)
    commands.quiet_libraries()
    own = load_settings(options.profile)
    profile = options.profile or own.profile
    profile_must_be_possible(profile)
    return _Conversation(options, prompts, own, profile).run()


class _Conversation:
    def __init__(self, options: Options, prompts: Prompts, own: Settings, profile: str) -> None:
        self.options, self.prompts, self.own, self.profile = options, prompts, own, profile
        self.flow = options.flow
        self.section: Key = (TOP, NAME) if profile == DEFAULT_PROFILE else (TOP, NAME, profile)

    def run(self) -> int:
        self.prompts.say(
            f"Settings of profile {self.profile}, in {settings_folder()}. Enter keeps what is in [ ].\n"
        )
        self._application()
        destination = self._warehouse()
        zone = self._login()
        self._time_zone(zone)
        self._outputs()
        target = target_of(profile=self.profile, destination=destination)
        self.prompts.say("\nCheck")
        if check.run_check(target):
            raise UserError(
                "something is not in place: put right what FIX says above, then run ctct init again"
            )
        self.prompts.say("\nThe first sync, or the next one")
        commands.plan(SyncRequest(target=target), as_json=False, brief=True)
        self.prompts.say(f"What is read for it, and what could be besides: {typed()} plan{_options(target)}")
        return self._go_on(target)

    def _application(self) -> None:
        """The key, and the secret where there is one."""
        prompts, options = self.prompts, self.options
        if not self.own.client_id and not options.client_id and not prompts.silent:
            guide = application.instructions(self._flow(), options.port)
            prompts.say(f"\nThe application\n{guide}\n")
            if prompts.yes("Open the portal in the browser?", default=True) and not logins.opens(
                application.PORTAL
            ):
                prompts.say("  no browser opens from here; open the address above on any machine")
        client_id = prompts.text(
            "API key of the application",
            options.client_id or self.own.client_id,
            option="--client-id",
            check=_client_id,
        )
        plain: dict[Key, Any] = {(*self.section, "client_id"): client_id}
        plain |= {(*self.section, name): value for name, value in options.addresses.items()}
        secret: dict[Key, str] = {}
        if not self.own.client_secret:
            question = "Its secret, if it has one (not shown; Enter for none, logins by code and by browser need none)"
            if given := prompts.secret(question):
                secret[*self.section, "client_secret"] = given
        self._write(plain, secret)

    def _flow(self) -> str:
        """Asked once, and only where it matters."""
        self.flow = self.flow or self.prompts.choice(
            "Log in by a code to confirm in any browser, or by the browser of this machine",
            logins.FLOWS,
            "device",
            option="--flow",
        )
        return self.flow

    def _login(self) -> str | None:
        """Returns the account's own time zone, where it can be read."""
        self.prompts.say("\nThe login")
        if self.options.flow or not self._is_logged_in():
            self._log_in()
        while True:
            account = self._account()
            title = (
                f"{account.get('organization_name', 'an account')} ({account.get('encoded_account_id', '?')})"
            )
            if self.prompts.yes(f"Load the account {title}?", default=True):
                zone = account.get("time_zone_id")
                return zone if isinstance(zone, str) else None
            logins.logout(self.profile)
            self._log_in()

    def _log_in(self) -> None:
        if self._flow() == "browser":
            self.prompts.say(
                "If the page says that the redirect address is wrong, add this one to the application in the portal, "
                f"then reload: {application.redirect_address(self.options.port)}"
            )
        logins.login(
            self.profile,
            self._flow(),
            port=self.options.port,
            yes=True,
            open_pages=not self.prompts.silent,
            alone=False,
        )

    def _is_logged_in(self) -> bool:
        with closing(Login(self.own.connection())) as login:
            return login.status().kind != "none"

    def _account(self) -> Mapping[str, Any]:
        """Empty where the login may not read it. Raises ApiError where it may do nothing."""
        with closing(Client(self.own.connection())) as client:
            try:
                client.get_json("/account/user/privileges")  # needs no scope: proves the login
            except NotFound as error:
                raise UserError(
                    f"there is no API of Constant Contact at {self.own.base_url}; correct base_url, which ends in /v3, "
                    "or leave it out"
                ) from error
            try:
                account = client.get_json("/account/summary")
            except ApiError:
                return {}
        return account if isinstance(account, dict) else {}

    def _warehouse(self) -> str:
        """Before the login, which may be kept there."""
        prompts, options = self.prompts, self.options
        prompts.say("\nThe warehouse")
        known = POSTGRES if _configured(DATABASE) else DUCKDB
        known = DUCKLAKE if lake.is_configured(_configured) else known
        destination = prompts.choice(
            "Where the rows go", DESTINATIONS, options.destination or known, option="--destination"
        )
        if destination == DUCKLAKE:
            self._write({}, lake.lake(prompts, options.lake, _configured, options.database))
            self._write(*lake.store(prompts, options.lake, _configured))
        elif options.lake != lake.LakeOptions():
            raise UserError(
                f"--bucket, --access-key-id, --region, --endpoint-url and --store belong to a lake; add --destination "
                f"{DUCKLAKE}, or leave them out"
            )
        elif os.environ.get(CREDENTIALS.format(destination.upper())):
            prompts.say(f"  as the environment variable {CREDENTIALS.format(destination.upper())} says")
        elif destination == DUCKDB:
            self._file()
        else:
            self._database()
        return destination

    def _file(self) -> None:
        key = ("destination", DUCKDB, "credentials")
        known = _configured(key) or DEFAULT_FILE
        file = self.prompts.text("File", self.options.database or known, option="--database")
        if file != known:
            self._write({}, {key: file})  # no secret, and the load tool takes it from nowhere else

    def _database(self) -> None:
        if _configured(DATABASE) and not self.options.database:
            return
        address = self.options.database or self.prompts.secret(
            "Address, like postgresql://user:password@host:5432/database (not shown)"
        )
        if not address:
            variable = CREDENTIALS.format("POSTGRES")
            raise UserError(f"the address of the database is not known; give --database, or set {variable}")
        self._write({}, {DATABASE: address})

    def _time_zone(self, of_account: str | None) -> None:
        """Written only where it is another one than the account's own, which may change there."""
        own = self.options.zone or self.own.time_zone
        answer = self.prompts.text(
            "\nTime zone in which days are counted",
            own or of_account or "UTC",
            option="--time-zone",
            check=_zone,
        )
        if answer != (self.own.time_zone or of_account):
            self._write({(*self.section, "time_zone"): answer}, {})

    def _outputs(self) -> None:
        prompts, options = self.prompts, self.options
        prompts.say("\nAlerts and report")
        secret = outputs.alerts(prompts, self.profile, self.section, options.webhook)
        known = self.own.report
        plain = outputs.report(prompts, self.profile, self.section, given=options.report, known=known)
        self._write(plain, secret)

    def _go_on(self, target: Target) -> int:
        prompts, code = self.prompts, 0
        wanted = self.options.sync
        if wanted if wanted is not None else not prompts.silent and prompts.yes("\nSync now?", default=True):
            code = commands.sync(SyncRequest(target=target), as_json=False)
        scheduled = self.options.schedule
        question = f"\nRun it every night at {self.options.at}?"
        if scheduled if scheduled is not None else not prompts.silent and prompts.yes(question, default=True):
            self._schedule(target)
        ctct, more = typed(), _options(target)
        prompts.say(f"\nNext: {ctct} status{more}, {ctct} report{more}; to change things: {ctct} init")
        return code

    def _schedule(self, target: Target) -> None:
        """A machine without a scheduler is told so; the rest is done all the same."""
        from pipelines.constant_contact.schedule.commands import install  # noqa: PLC0415

        try:
            install(
                kind=None,
                at=self.options.at,
                profile=None if self.profile == DEFAULT_PROFILE else self.profile,
                destination=None if target.destination == DUCKDB else target.destination,
                dataset=None,
                wait=None,
                yes=True,
                brief=True,
            )
        except UserError as error:
            self.prompts.say(f"  not scheduled: {error}")

    def _write(self, plain: Mapping[Key, Any], secret: Mapping[Key, str]) -> None:
        written = write(settings_folder(), plain, secret)
        for file in written.files:
            self.prompts.say(f"  written: {file}")
        for note in written.notes:
            self.prompts.say(f"  {note}")
        for *sections, name in (*plain, *secret):
            variable = "__".join((*sections, name)).upper()
            if variable in os.environ:
                self.prompts.say(f"  note: the environment variable {variable} wins over what is written")
        self.own = load_settings(self.profile)


def _options(target: Target) -> str:
    """What a command takes to be about this target."""
    more = f" --profile {target.profile}" if target.profile != DEFAULT_PROFILE else ""
    return more + (f" --destination {target.destination}" if target.destination != DUCKDB else "")


def _client_id(answer: str) -> str:
    """Raises ValueError with one sentence."""
    if fault := placeholder_fault("client_id", answer):
        raise ValueError(fault)
    return answer


def _zone(answer: str) -> str:
    return time_zone(answer, setting="time_zone")


def _configured(key: Key) -> str | None:
    """A value of the load tool's own, from its files."""
    import dlt  # noqa: PLC0415 - two seconds

    value: Any = dlt.secrets.get(".".join(key)) or dlt.config.get(".".join(key))
    return value if isinstance(value, str) else None
