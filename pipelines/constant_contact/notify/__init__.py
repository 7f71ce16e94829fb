"""Alerts: what a run or a check has to report, to whom, once for each cause, and an all-clear when it is over.

Configured in `[sources.constant_contact.notify]`. `causes` and `messages` decide, without input or output; `memory`
keeps what was sent; `receivers` send. A receiver that fails or hangs costs seconds and a warning, never the exit code.
"""
