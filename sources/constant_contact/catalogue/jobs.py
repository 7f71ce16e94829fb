"""Jobs that work on many contacts at once: imports, exports, changes of lists and tags.

Source: contract, definitions Activities, ActivityStatus and ActivityStatusExportLink (the API forgets a job after ten
days, so no row is marked as gone here).
"""

from sources.constant_contact.catalogue.columns import Table, bigint, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

BULK_ACTIVITIES = Endpoint(
    path="/activities",
    rows_key="activities",
    page_size=500,
    paged=True,
    scope="contact_data",
    privilege="contacts:write",  # also to read: a user who may only read is refused
    quiet=True,
    reads="full",
    table=Table(
        name="bulk_activities",
        grain="one row per job on many contacts",
        key=("activity_id",),
        newest=("updated_at",),
        columns=(
            text("activity_id", "id of the job"),
            text(
                "state", "state of the job: initialized, processing, completed, cancelled, failed, timed_out"
            ),
            text("source_file_name", "name of the imported file, or what the job is where it has none"),
            bigint("percent_done", "how much of the job is done, 0-100"),
            json("activity_errors", "what went wrong: JSON array of sentences"),
            bigint("status__items_total_count", "items that the job is to work on"),
            bigint("status__items_completed_count", "items that the job has worked on"),
            bigint("status__person_count", "imports: contacts in the import"),
            bigint("status__error_count", "imports: errors that cannot be corrected"),
            bigint(
                "status__correctable_count", "imports: errors that can be corrected, such as a bad address"
            ),
            bigint("status__cannot_add_to_list_count", "imports: contacts that had unsubscribed and stay so"),
            bigint("status__list_count", "changes of memberships: lists that the job works on"),
            timestamp("created_at", "when the job was asked for, UTC"),
            timestamp("started_at", "when work on it began, UTC; null before"),
            timestamp("completed_at", "when it ended, UTC; null before"),
            timestamp("updated_at", "when its state was last written, UTC"),
            text("_links__self__href", "path of the job itself in the API"),
            text("_links__results__href", "exports: path of the finished file in the API"),
        ),
    ),
)

ENDPOINTS = (BULK_ACTIVITIES,)
