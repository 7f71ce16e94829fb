"""Cross references: which id of today belongs to an id of the interfaces before this one.

Read for the ids that `ctct xrefs` takes from a file, never by a sync.
Source: contract, the three operations *_id_xrefs and definition CrossReference. The provider asks to use them
sparingly, for a migration, and will remove them.
"""

from sources.constant_contact.catalogue.columns import Column, Table, text
from sources.constant_contact.catalogue.endpoint import Endpoint, Scope


def _cross_reference(
    name: str,
    path: str,
    *,
    ids_param: str,
    batch: int,
    scope: Scope,
    privilege: str,
    columns: tuple[Column, ...],
) -> Endpoint:
    return Endpoint(
        path=path,
        rows_key="xrefs",
        scope=scope,
        privilege=privilege,
        opt_in=True,
        on_command="ctct xrefs",
        reads="old_ids",
        ids_param=ids_param,
        batch=batch,
        table=Table(
            name=name,
            grain=f"one row per old id of a {name.removesuffix('_xrefs')}",
            key=(columns[0].name,),
            columns=columns,
        ),
    )


CONTACT_XREFS = _cross_reference(
    "contact_xrefs",
    "/contacts/contact_id_xrefs",
    ids_param="sequence_ids",
    batch=500,
    scope="contact_data",
    privilege="contacts:read",
    columns=(
        text("sequence_id", "id that the contact had in V1 and V2"),
        text("contact_id", "id of the same contact now"),
    ),
)

LIST_XREFS = _cross_reference(
    "list_xrefs",
    "/contact_lists/list_id_xrefs",
    ids_param="sequence_ids",
    batch=500,
    scope="contact_data",
    privilege="contacts:lists:read",
    columns=(
        text("sequence_id", "id that the list had in V1 and V2"),
        text("list_id", "id of the same list now"),
    ),
)

CAMPAIGN_XREFS = _cross_reference(
    "campaign_xrefs",
    "/emails/campaign_id_xrefs",
    ids_param="v2_email_campaign_ids",
    batch=50,
    scope="campaign_data",
    privilege="campaign:read",
    columns=(
        text("v2_email_campaign_id", "id that the campaign had in V1 and V2, 13 digits"),
        text("campaign_id", "id of the same campaign now"),
        text("campaign_activity_id", "id of its e-mail, the activity in the role primary_email"),
    ),
)

ENDPOINTS = (CONTACT_XREFS, LIST_XREFS, CAMPAIGN_XREFS)
