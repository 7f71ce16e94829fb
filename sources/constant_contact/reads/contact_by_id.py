"""One contact, asked for by its id: the only proof that a contact that was not seen is gone.

Must not know: why it is asked for, what is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import NotFound
from sources.constant_contact.api.paging import filled
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.attempts import ApiObject

if TYPE_CHECKING:
    from sources.constant_contact.reads.reading import Reading

OF = endpoint("contacts")
PARAMS = {name: value for name, value in OF.params if name == "include"}


def contact_object(contact_id: str) -> ApiObject:
    return ApiObject(resource=OF.resource, object_id=contact_id, title=f"contact {contact_id}")


def contact_by_id(reading: Reading, contact_id: str) -> dict[str, Any] | None:
    """With everything that the listing shows, for one request; None where it answers 404. Raises ApiError."""
    assert OF.detail_path is not None
    try:
        return reading.client.record(filled(OF.detail_path, contact_id=contact_id), PARAMS)
    except NotFound:
        return None
