"""The nightly job and its command line: plan, sync, transform, report, status.

Everything a person sees or types lives here; what reads the API lives in `sources.constant_contact`.
"""
