"""Reproducible randomness: everything derives from (seed, kind, number), never from call order.

Knows no entity of the account. Blocks of bytes come from SHAKE-128, so a million numbers cost milliseconds.
"""

from __future__ import annotations

import hashlib
from array import array
from datetime import UTC, datetime

BLOCK = 4096
_MASK = (1 << 64) - 1


def words(seed: int, kind: str, start: int, count: int) -> array[int]:
    """`count` 64-bit numbers for positions start, start+1, ...; the same position always has the same
    number.
    """
    out = array("Q")
    block = start // BLOCK
    while len(out) < count + start % BLOCK:
        out.frombytes(hashlib.shake_128(f"{seed}/{kind}/{block}".encode()).digest(BLOCK * 8))
        block += 1
    first = start % BLOCK
    return out[first : first + count]


def word(seed: int, *path: object) -> int:
    """One 64-bit number for a path such as ("contact", 17, "phone")."""
    text = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def stir(number: int, salt: int) -> int:
    """Another 64-bit number derived from one that is already random; cheap, for use while rows are served."""
    number = ((number ^ salt) * 0xBF58476D1CE4E5B9) & _MASK
    return number ^ (number >> 29)


def uuid_text(high: int, low: int) -> str:
    """A version-4 shaped UUID of two 64-bit numbers."""
    text = f"{high & _MASK:016x}{low & _MASK:016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def uuid_of(seed: int, *path: object) -> str:
    return uuid_text(word(seed, *path, "high"), word(seed, *path, "low"))


_DAYS: dict[int, str] = {}
_SECONDS = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86400)]


def day_text(epoch_s: int) -> str:
    """YYYY-MM-DD in UTC."""
    day = epoch_s // 86400
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = datetime.fromtimestamp(day * 86400, UTC).strftime("%Y-%m-%d")
    return text


def stamp(epoch_s: int) -> str:
    """Second precision, as contacts show it: 2026-01-05T03:00:00Z."""
    return f"{day_text(epoch_s)}T{_SECONDS[epoch_s % 86400]}Z"


def stamp_ms(epoch_s: int) -> str:
    """Milliseconds, as campaigns and reports show it: 2026-01-05T03:00:00.000Z."""
    return f"{day_text(epoch_s)}T{_SECONDS[epoch_s % 86400]}.000Z"


def epoch_s(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 text; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
