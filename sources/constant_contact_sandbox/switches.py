"""The choices that the provider's documents leave open, one documented field each.

Knows nothing of how a choice is carried out. Defaults follow the contract where it speaks; where it is
silent, the answer that is harder on a client. Source: contract build 3.0.178 and the API guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EndOfData = Literal["mixed", "empty", "absent", "null", "next_null", "href_null"]

ALL_PRIVILEGES = (
    "account:read",
    "contacts:read",
    "contacts:write",
    "contacts:lists:read",
    "campaign:read",
    "ui:campaign:metrics",
    "customer-journey:read",
)
ALL_SCOPES = ("account_read", "contact_data", "campaign_data", "offline_access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How this account's API behaves where the documents allow more than one answer."""

    end_of_data: EndOfData = "mixed"
    """Spelling of "no next page"; "mixed" gives each endpoint another one."""
    tags_link: Literal["internal", "public"] = "internal"
    """Next links of /contact_tags start with /contacts-service/v3/accounts/... as in the guide, or with
    /v3/.
    """
    cursor: Literal["position", "offset"] = "position"
    """What a cursor of contacts and feeds holds; with "offset", rows shift when others come or go between
    pages.
    """
    over_limit: Literal["refuse", "clamp"] = "refuse"
    """A `limit` outside the allowed range gives 400, or is cut to the range."""
    unknown_parameters: Literal["ignore", "refuse"] = "ignore"
    """Query parameters that the contract does not name are ignored, or give 400."""
    updated_after: Literal["exclusive", "inclusive"] = "exclusive"
    """Whether the *_after and *_before filters include the stated second."""
    default_status: Literal["not_deleted", "active"] = "not_deleted"
    """What /contacts returns without `status`."""
    counts: Literal["exact", "with_deleted", "active", "constant"] = "exact"
    """What the counts of contacts, of a list's members and of a tag's contacts hold: contacts that are not deleted,
    deleted ones too, only those that may be mailed, or what they held when the sandbox started."""
    sms_channel: Literal["always", "on_request"] = "always"
    """The contract's `include` has no word for sms_channel, the guide has: serve it always, or when named."""
    segment_pending_reads: int = 1
    """How many 202 answers come before the rows of a segment."""
    export_reads: int = 2
    """How often the state of a contact export is read before the job is done."""
    export_ends_as: Literal["completed", "cancelled", "failed", "timed_out", "never"] = "completed"
    """How contact exports end; "never" stays in processing."""
    export_contact_id: bool = True
    """contact_id is one of the fields of a contact export; the guide's list does not name it."""
    bump_lists: bool = False
    """A changed list membership moves the contact's updated_at."""
    bump_tags: bool = False
    """A changed tagging moves the contact's updated_at."""
    bump_deletes: bool = False
    """A deletion or revival moves the contact's updated_at."""
    bump_unsubscribes: bool = False
    """An unsubscribe moves the contact's own updated_at too; the live API reportedly does not."""
    delete_sets_opt_out: bool = False
    """A deletion also sets email_address.opt_out_source and opt_out_date, as one sentence of the contract
    says.
    """
    stats_keys: Literal["underscores", "dots"] = "underscores"
    """em_opens_all (contract) or em_opens.all (guide and captured payloads)."""
    stats_max_campaigns: int = 150
    """Ids accepted in one call of stats/email_campaigns; more give 400."""
    stats_max_activities: int = 10
    """Ids accepted in one call of stats/email_campaign_activities; more give 400."""
    stats_lag_s: int = 0
    """Totals count only events older than this; last_refresh_time says so."""
    removed_stats: Literal["not_found", "errors"] = "not_found"
    """A removed or unknown campaign spoils the whole stats call (404), or is listed in its `errors`."""
    poison_ids: frozenset[str] = frozenset()
    """Campaign or activity ids that make a whole stats call fail with 404."""
    tracking_deleted_at: bool = True
    """Tracking rows of contacts since deleted show deleted_at."""
    tracking_names: Literal["at_event", "current"] = "at_event"
    """first_name and last_name in tracking rows: as they were at the event, or as they are now."""
    bounce_current_address: bool = True
    """Bounces show the contact's present address beside the one that bounced."""
    summaries_last_500: bool = True
    """email_campaign_summaries holds at most the last 500 sent campaigns."""
    refresh_mode: Literal["rotating", "long_lived"] = "rotating"
    """Rotating: each refresh returns a new refresh token and kills the old; long-lived: the reply omits
    it.
    """
    refresh_overlap: bool = False
    """With rotation: the previous refresh token lives until the new one has been used once."""
    token_requests_per_second: int | None = 1
    """The token endpoint's own limit."""
    device_approved_after_polls: int | None = None
    """Approve a device login by itself after so many polls; None waits for a person (or `approve_device`)."""
    retry_after: bool = False
    """Refusals (429) carry a Retry-After header."""
    refused_count_per_second: bool = False
    """Requests refused for being too fast occupy the one-second window too."""
    refused_count_per_day: bool = True
    """Refused requests use up the day's quota."""
    refusal_body: Literal["object", "array", "empty", "mashery"] = "object"
    """Body of the two refusals; "mashery" is the old gateway's 403."""
    privileges: tuple[str, ...] = ALL_PRIVILEGES
    """Privileges of the user who authorised."""
    scopes: tuple[str, ...] = ALL_SCOPES
    """Scopes of the access token valid at start."""
    drift: bool = False
    """`advance` now and then adds an unknown field to contacts."""
