"""The file of a contact export, which the weekly check of completeness orders: the setting `export_check`.

Source: contract, POST /activities/contact_exports and GET /contact_exports/{file_export_id} (text/csv without declared
columns); api_guide/export_contacts names the fields that may be asked for, without contact_id, which is tried first.
"""

from sources.constant_contact.catalogue.columns import Table, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

CONTACT_EXPORT = Endpoint(
    path="/contact_exports/{file_export_id}",
    shape="object",
    scope="contact_data",
    privilege="contacts:write",
    quiet=True,
    opt_in=True,
    on_command="export_check",
    reads="export",
    needs=("contacts",),
    table=Table(
        name="contact_export",
        grain="one row per contact in which the last export and the warehouse differed",
        key=("contact_key",),
        columns=(
            text("contact_key", "id of the contact, or its address where the file has no ids", added=True),
            text("contact_id", "id of the contact; null where nothing has that address", added=True),
            text("email_address", "its address in the file; null where the file lacks it", added=True),
            text(
                "difference",
                "missing: in the file, not in the warehouse; surplus: in the warehouse, not in the file",
                added=True,
            ),
            text("activity_id", "id of the export among the account's jobs", added=True),
            timestamp("exported_at", "when the export was ordered, UTC", added=True),
        ),
    ),
)

ENDPOINTS = (CONTACT_EXPORT,)
