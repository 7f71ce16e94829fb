"""Text messages: what each campaign was and what came of it.

Source: contract, definitions BulkCampaignSummary and UniqueSmsCounts (`start_at` is required: last sent then or later).
"""

from sources.constant_contact.catalogue.columns import Table, bigint, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

SMS_CAMPAIGN_SUMMARIES = Endpoint(
    path="/reports/summary_reports/sms_campaign_summaries",
    rows_key="bulk_sms_campaign_summaries",
    page_size=50,
    paged=True,
    scope="campaign_data",
    privilege="ui:campaign:metrics",
    reads="recent",
    after="start_at",
    before="end_at",
    changed="last_sent_date",
    table=Table(
        name="sms_campaign_summaries",
        grain="one row per SMS campaign that was sent",
        key=("campaign_id",),
        newest=("last_sent_date",),
        columns=(
            text("campaign_id", "id of the campaign"),
            text("campaign_name", "name of the campaign"),
            text("campaign_type", "kind of campaign, in the API's own word"),
            timestamp("last_sent_date", "when it was last sent, UTC"),
            bigint("unique_counts__sends", "messages sent, as the API counts them"),
            bigint("unique_counts__delivers", "messages delivered, as the API counts them"),
            bigint("unique_counts__opens", "contacts who opened it, as the API counts them"),
            bigint("unique_counts__clicks", "contacts who clicked, as the API counts them"),
            bigint("unique_counts__optouts", "contacts who opted out, as the API counts them"),
        ),
    ),
)

ENDPOINTS = (SMS_CAMPAIGN_SUMMARIES,)
