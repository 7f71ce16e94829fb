"""The properties of an event, with the kind of value that each has. Source: contract, EventDto and below."""

from __future__ import annotations

ADDRESS = """address_type:EVENT line1:text line2:text city:Portland|Boston|Albany country:United_States
 country_code:US create_time:time last_update_time:time latitude:number longitude:number location_name:text
 postal_code:code state:Maine|Massachusetts state_code:ME|MA"""
LABELS = "status_labels[1]{label:text label_key:status_label.available|status_label.sold_out}"
ATTRIBUTE = f"""create_time:time last_update_time:time attribute_id:code display_order:int name:text
 quantity_total:int quantity_remaining:int quantity_sold:int paused_flag:bool deleted_time:time {LABELS}"""
ITEM = f"""create_time:time last_update_time:time item_id:code display_order:int name:text description:text
 price:number quantity_total:int quantity_remaining:int quantity_sold:int limit_per_order:int
 show_remaining_flag:bool paused_flag:bool deletable_flag:bool media_internal_id:code media_url:url
 time_limit_flag:bool start_time:time end_time:time hidden_flag:bool deleted_time:time {LABELS}
 attributes[2]{{{ATTRIBUTE}}}"""
PROMO_CODE = f"""name:code end_time:time deleted_time:time description:text discount_amount:number
 discount_code_scope:ORDER_TOTAL|TICKET discount_code_type:PERCENT|AMOUNT discount_percent:int id:code
 items[1]{{associated:bool display_item_on_promo_redemption:bool hidden_flag:bool item_id:code name:text}}
 paused_flag:bool quantity_available:int quantity_total:int quantity_used:int start_time:time
 status:AVAILABLE|EXPIRED {LABELS} time_limit_flag:bool
 tickets[2]{{name:text ticket_id:code ticket_type:PAID|FREE associated:bool
 display_ticket_on_promo_redemption:bool hidden_flag:bool}}"""
TRACK = f"""campaign_activity_id:uuid conf_email_campaign_activity_id:uuid create_time:time items_header:text
 last_update_time:time overall_ticket_capacity:int platform_fee_scope_type:OWNER|REGISTRANT
 media_assets[1]{{create_time:time external_id:code external_url:url internal_id:code last_update_time:time
 media_type:BNR|LOGO}}
 promo_codes[2]{{{PROMO_CODE}}}
 reg_manually_closed_flag:bool registration_end_time:time registration_type:TICKET
 restrict_to_single_ticket_flag:bool tickets_header:text track_id:code items[2]{{{ITEM}}}"""
EVENT = f"""description:text title:text name:text event_id:uuid campaign_id:uuid event_start:time event_end:time
 event_type:PERFORMING_ARTS|CLASS|FUNDRAISER|FOOD_AND_DRINK eso:code
 contact{{create_time:time email_address:email from_email_address:email last_update_time:time name:text
 organization_name:text phone_number:phone}}
 create_time:time last_update_time:time address{{{ADDRESS}}} currency_type:USD default_track{{{TRACK}}}
 display_contact_flag:bool display_end_time_flag:bool display_on_calendar_flag:bool display_time_zone_flag:bool
 event_calendar_url:url event_metadata{{items_enabled:bool paid_event:bool promo_codes_enabled:bool}}
 event_code:code event_promotions[2]{{assoc_activity_sub_type:EMAIL_INVITATION campaign_activity_id:uuid
 document_id:uuid ext_id:uuid default:bool}}
 event_settings{{event_requires_payments:bool item_configured:bool online_payment_configured:bool
 payment_configured:bool promo_code_configured:bool ticket_configured:bool}}
 event_widget_url:url failed_campaign_activities[1]:uuid location_type:PHYSICAL|VIRTUAL|HYBRID
 notify_owner_on_reg:bool online_meeting{{create_time:time enabled_flag:bool instructions:text label:text
 last_update_time:time provider_type:ZOOM|GOOGLE_MEET url:url}}
 registration_url:url status:ACTIVE time_zone:US/Eastern time_zone_abbreviation:EST"""
REGISTRATION_FIELDS = (
    ("Email Address", "CONTACT_EMAIL_ADDRESS", "TEXT"),
    ("First Name", "CONTACT_FIRST_NAME", "TEXT"),
    ("Last Name", "CONTACT_LAST_NAME", "TEXT"),
    ("How did you hear of us?", "CUSTOM_SOURCE", "RADIO"),
)
CHOICES = ("A friend", "The newsletter", "The shop window", "Zeitung – «Küste»")  # noqa: RUF001 - as people write
