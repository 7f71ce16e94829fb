"""The command line: names and options, nothing else. Each command imports what it needs when it runs.

Standard output carries answers (one JSON object with `--json`); progress and warnings go to standard error.
Exit codes: 0 complete, 1 failed, 2 wrong usage or configuration, 75 stopped early on purpose.
"""

from __future__ import annotations

import gc
import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.constant_contact import command_line
from pipelines.constant_contact.cli_auth import auth
from pipelines.constant_contact.cli_init import init
from pipelines.constant_contact.cli_options import (
    Dataset,
    Destination,
    Exclude,
    Json,
    MaxRequests,
    Profile,
    Select,
    names,
    target_named,
)
from pipelines.constant_contact.cli_outputs import dashboard, export_, report
from pipelines.constant_contact.cli_sandbox import sandbox
from pipelines.constant_contact.cli_schedule import schedule
from pipelines.constant_contact.cli_xrefs import xrefs
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.plain_streams import use_plain_streams
from pipelines.constant_contact.errors import UserError

app = typer.Typer(
    name="ctct",
    help="Keeps a warehouse exactly in step with a Constant Contact account, for as few requests as possible.",
    cls=command_line.CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes around the help would cost 0.3 s before a word is shown
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(short_help="Set up your own account; run it again to change things.")(init)
app.add_typer(auth, name="auth")
app.add_typer(schedule, name="schedule")

LogFormat = Literal["text", "json"]
StatusFormat = Literal["text", "json", "prometheus"]


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the parser's signature
    if wanted:
        from pipelines.constant_contact.display.run_json import version  # noqa: PLC0415 - 20 ms

        sys.stdout.write(f"ctct {version()}\n")
        raise typer.Exit


@app.callback()
def common(
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every page that is read, every request, and log records.")
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="Form of standard error: lines of text, or one JSON object a line.")
    ] = "text",
    show_version: Annotated[  # noqa: ARG001 - its callback acts
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep a warehouse exactly in step with a Constant Contact account, for as few requests as possible."""
    if verbose or log_format == "json":
        log_lines.use(as_json=log_format == "json", verbose=verbose)


@app.command(short_help="A sample account, two nights of it, marts and a report.")
def demo(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="D", help="Where the warehouse and the report go.")
    ] = Path("ctct-demo"),
    contacts: Annotated[int, typer.Option(min=0, help="Contacts of the sample account.")] = 2_000,
    campaigns: Annotated[int, typer.Option(min=0, help="Campaigns of the sample account.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed makes the same account.")] = 7,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose the sample account is to be; default: default.")
    ] = None,
) -> int:
    """A sample account, two nights of it, marts and a report: no account and no network needed."""
    from pipelines.constant_contact.demo import run_demo  # noqa: PLC0415

    return run_demo(folder=folder, contacts=contacts, campaigns=campaigns, seed=seed, profile=profile)


@app.command(short_help="The nightly job: read what changed, load, audit, transform.")
def sync(
    profile: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Whose account, or several; default: the setting profile."),
    ] = None,
    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="All that have settings or a login.")
    ] = False,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    select: Select = None,
    exclude: Exclude = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Read everything again.")] = False,
    max_requests: MaxRequests = None,
    no_transform: Annotated[bool, typer.Option("--no-transform", help="Load only; leave the marts.")] = False,
    wait: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="How long to wait for a busy warehouse; default: the setting wait."
        ),
    ] = None,
    accept_account: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Let this account take over a dataset that holds another one's rows."
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """The nightly job: read what changed, load it, check it, build the marts."""
    from pipelines.constant_contact import commands  # noqa: PLC0415
    from pipelines.constant_contact.profiles import selection  # noqa: PLC0415
    from pipelines.constant_contact.request import SyncRequest  # noqa: PLC0415

    only_one = {"--dataset": dataset, "--accept-account": accept_account}
    several = selection.several(profile, all_profiles=all_profiles, only_one=only_one)
    request = SyncRequest(
        target=target_named(several[0] if several else profile, destination, dataset),
        select=names("--select", select),
        exclude=names("--exclude", exclude),
        full_refresh=full_refresh,
        max_requests=max_requests,
        transform=not no_transform,
        accept_account=accept_account,
        wait=wait,
    )
    if several:
        from pipelines.constant_contact.profiles.several import sync_profiles  # noqa: PLC0415

        return sync_profiles(request, several, as_json=as_json)
    return commands.sync(request, as_json=as_json)


@app.command(short_help="What the next sync would read, and what it would cost.")
def plan(
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    select: Select = None,
    exclude: Exclude = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Plan to read everything again.")
    ] = False,
    as_json: Json = False,
) -> int:
    """What the next sync would read: requests, time, share of the quota. Asks at most 10 requests."""
    from pipelines.constant_contact import commands  # noqa: PLC0415
    from pipelines.constant_contact.request import SyncRequest  # noqa: PLC0415

    request = SyncRequest(
        target=target_named(profile, destination, dataset),
        select=names("--select", select),
        exclude=names("--exclude", exclude),
        full_refresh=full_refresh,
    )
    return commands.plan(request, as_json=as_json)


@app.command(short_help="Connection, login, privileges, clock, destination, quota.")
def check(profile: Profile = None, destination: Destination = "duckdb", dataset: Dataset = None) -> int:
    """Connection, login, privileges, clock, destination, quota: one line each, with what to do."""
    from pipelines.constant_contact.check import run_check  # noqa: PLC0415

    return run_check(target_named(profile, destination, dataset))


@app.command(short_help="Fresh or stale, what is loaded, last runs, quota, audit.")
def status(
    profile: Profile = None,
    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="One line for each profile that has settings or a login.")
    ] = False,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    max_age: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Exit 1 where the last complete run is older, such as 26h."),
    ] = None,
    notify: Annotated[
        bool,
        typer.Option("--notify", help="Send the alert where it is older, once; see Alerts in the README."),
    ] = False,
    output_format: Annotated[
        StatusFormat, typer.Option("--format", help="For people, one JSON object, or metrics.")
    ] = "text",
    as_json: Json = False,
) -> int:
    """Fresh or stale first; what is loaded, last runs, quota, audit, rows set aside. Asks nothing of the API."""
    from pipelines.constant_contact import commands  # noqa: PLC0415
    from pipelines.constant_contact.profiles import overview, selection  # noqa: PLC0415

    if as_json and output_format == "prometheus":
        raise UserError("choose --json or --format prometheus, not both")
    form = "json" if as_json else output_format
    if several := selection.several(profile, all_profiles=all_profiles, only_one={"--dataset": dataset}):
        target = target_named(several[0], destination, None)
        return overview.show(several, target, form=form, max_age=max_age, notify=notify)
    target = target_named(profile, destination, dataset)
    return commands.status(target, form=form, max_age=max_age, notify=notify)


@app.command(short_help="The history of runs.")
def runs(
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: Json = False,
) -> int:
    """The runs on record, newest first: when, how they ended, requests, rows, duration, why not complete."""
    from pipelines.constant_contact import commands  # noqa: PLC0415

    return commands.runs(target_named(profile, destination, dataset), limit=limit, as_json=as_json)


@app.command(short_help="Build and test the marts from what is loaded.")
def transform(
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    select: Annotated[str | None, typer.Option(metavar="A,B", help="Only these models.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild incremental models.")] = False,
    docs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the models' documentation as one page.")
    ] = None,
) -> int:
    """Build and test the marts from what is loaded."""
    from pipelines.constant_contact import commands  # noqa: PLC0415

    return commands.transform(
        target_named(profile, destination, dataset),
        select=names("--select", select),
        full_refresh=full_refresh,
        docs=docs,
    )


app.command(short_help="Write the report: one page that needs no network.")(report)
app.command(short_help="An interactive page over the marts, on this machine only.")(dashboard)
app.command(name="export", short_help="Marts as files for Excel, Power BI, Tableau.")(export_)


@app.command(name="sql", short_help="Ask the warehouse, which it cannot change.")
def sql_(
    statement: Annotated[str | None, typer.Argument(help="One statement; without it, a prompt.")] = None,
    ask: Annotated[str | None, typer.Option(metavar="NAME", help="Answer one of the questions.")] = None,
    show_questions: Annotated[
        bool, typer.Option("--questions", help="The questions that come with ctct.")
    ] = False,
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="All rows as CSV.")] = False,
    as_json: Json = False,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="How a lake was then: a day (its end) or a time in UTC."),
    ] = None,
) -> int:
    """Ask the warehouse, which it cannot change: a statement, one of the questions, or a prompt."""
    from pipelines.constant_contact import commands  # noqa: PLC0415

    if show_questions:
        return commands.questions()
    target = target_named(profile, destination, dataset)
    return commands.sql(target, statement, ask=ask, as_csv=as_csv, as_json=as_json, as_of=as_of)


@app.command(short_help="Erase one person, wherever rows or files hold them.")
def forget(
    email: Annotated[
        str | None, typer.Option(metavar="A", help="An address, today's or an earlier one.")
    ] = None,
    contact_id: Annotated[str | None, typer.Option(metavar="ID", help="The contact's id.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase. Without it, show what there is.")] = False,
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    as_json: Json = False,
) -> int:
    """Erase one person from tables, marts and files, and keep them out; a dry run unless --yes."""
    from pipelines.constant_contact.erasure.command import run_forget  # noqa: PLC0415

    target = target_named(profile, destination, dataset)
    return run_forget(target, email=email, contact_id=contact_id, yes=yes, as_json=as_json)


app.command(short_help="Old ids of contacts, lists and campaigns as today's.")(xrefs)
app.command(
    short_help="Serve a sample account on loopback.",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)(sandbox)


def escape_what_cannot_be_shown() -> None:
    """A terminal or a log that knows only ASCII gets the rest as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def collect_garbage_seldom() -> None:
    """What is imported stays, and rows are no Python objects here: looking through all of it again and again was a
    tenth of the processor time of a small run.
    """
    gc.set_threshold(50_000, 20, 100)


def main() -> None:
    """Entry point of `ctct`."""
    collect_garbage_seldom()
    escape_what_cannot_be_shown()
    use_plain_streams()
    app()


if __name__ == "__main__":
    main()
