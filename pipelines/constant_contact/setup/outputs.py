"""What `ctct init` asks about what a night leaves for people: a web hook that is told of trouble, and a report page.

Asked only while nothing of the kind is set; what is set is changed in the files of settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.target import DEFAULT_PROFILE
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.notify.settings import read_notify, web_hook
from pipelines.constant_contact.notify.watch import greeted
from sources.constant_contact.configuration import NOTIFY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.setup.prompts import Prompts
    from pipelines.constant_contact.setup.settings_files import Key

QUESTION = "Web hook that is told of trouble, such as Slack's (not shown; Enter for none)"
NOT_ARRIVED = "no first message arrived there: {}; correct that, or webhook in .dlt/secrets.toml"


def alerts(prompts: Prompts, profile: str, section: Key, given: str | None) -> Mapping[Key, Any]:
    """The secret to write, if any; the web hook gets one message, so that a person sees it arrive."""
    if given is None and _somebody_is_told(profile):
        return {}
    address = prompts.secret(QUESTION, check=web_hook) if given is None else prompts.checked(given, web_hook)
    if not address:
        return {}
    why = greeted(address, profile)
    prompts.say(f"  {NOT_ARRIVED.format(why)}" if why else "  a first message is sent there")
    return {(*section, NOTIFY, "webhook"): address}


def report(
    prompts: Prompts, profile: str, section: Key, *, given: str | None, known: str | None
) -> Mapping[Key, Any]:
    """The setting to write, if any."""
    if given:
        return {(*section, "report"): given}
    page = "report.html" if profile == DEFAULT_PROFILE else f"report_{profile}.html"
    if (
        known
        or prompts.silent
        or not prompts.yes(f"A report page, {page}, that each run renews?", default=True)
    ):
        return {}
    return {(*section, "report"): page}


def _somebody_is_told(profile: str) -> bool:
    """Settings that are wrong are for the check, which comes later."""
    try:
        return bool(read_notify(profile).receivers)
    except UserError:
        return True
