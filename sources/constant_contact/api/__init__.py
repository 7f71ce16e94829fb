"""The Constant Contact V3 API: one client, its budget, its login, and its errors. No table, no dlt, no
catalogue.
"""

from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.clock import Clock, ManualClock, ShiftedClock, SystemClock
from sources.constant_contact.api.connection import Connection
from sources.constant_contact.api.events import ApiEvent, Parked, Refreshed, RequestSent, Waiting
from sources.constant_contact.api.paging import Page
from sources.constant_contact.api.redact import RedactingFilter, Redactor
from sources.constant_contact.api.wire import Answer

__all__ = [
    "Answer",
    "ApiEvent",
    "Budget",
    "Client",
    "Clock",
    "Connection",
    "ManualClock",
    "Page",
    "Parked",
    "RedactingFilter",
    "Redactor",
    "Refreshed",
    "RequestSent",
    "ShiftedClock",
    "SystemClock",
    "Waiting",
]
