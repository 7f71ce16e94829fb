"""What programs do with a mail: mailboxes that load its images, and scanners that follow its links. Pure.

Times are whole UTC seconds. Nothing in the API's rows tells such events from a person's; only when they happen does.
"""

from __future__ import annotations

PREFETCHING = frozenset({"gmail.com", "yahoo.com", "icloud.com", "aol.com"})
"""Of the account's consumer domains, those whose mailboxes load images before, or as, a mail is shown."""


def prefetched_at(sent_at: int, h: int) -> int:
    """When the mailbox loads the images: up to a minute and a half after the send."""
    return sent_at + 4 + (h >> 16) % 90


def scan(sent_at: int, h: int, links: int) -> list[tuple[int, int]]:
    """(time, link) of a scanner that follows every link: two a second, or one in half a minute."""
    begin = sent_at + 12 + (h >> 24) % 30
    if h >> 32 & 1:
        return [(begin + n // 2, n) for n in range(links)]
    return [(begin + 30 * n, n) for n in range(links)]
