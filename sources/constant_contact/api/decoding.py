"""From the bytes on the wire to the body: at most one content coding, undone piece by piece. No I/O.

Knows: gzip and deflate. Must not know: HTTP clients, JSON.

A stack of codings (`gzip, gzip`) can make gigabytes of a few kilobytes, and no server that was only asked for gzip or
deflate has a reason to send one. Pieces are bounded too, so that the caller can stop at its limit.
Source: RFC 9110 section 8.4 (codings, listed in the order applied), RFC 1950 to 1952; servers that say `deflate` and
leave out the zlib wrapper are common enough for every browser to take both.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED: Final = "gzip, deflate"
"""What requests say in Accept-Encoding."""
PIECE_BYTES: Final = 2**20
_GZIP: Final = zlib.MAX_WBITS | 16
_RAW: Final = -zlib.MAX_WBITS
_ZLIB_METHOD: Final = 8
_GZIP_MAGIC: Final = 0x1F


class UnknownCodingError(ValueError):
    """A coding that was not asked for, or several, one over another."""


class DamagedBodyError(ValueError):
    """The bytes are not what their coding promises, or end too early."""


class Decoder:
    """Undoes the coding named by a Content-Encoding header; empty means none."""

    def __init__(self, content_encoding: str) -> None:
        """Raises UnknownCodingError."""
        codings = [coding.strip().lower() for coding in content_encoding.split(",")]
        name = codings[0].removeprefix("x-") or "identity"
        if len(codings) > 1 or name not in ("identity", "gzip", "deflate"):
            raise UnknownCodingError(content_encoding)
        self._is_gzip = name == "gzip"
        self._is_coded = name != "identity"
        self._inflate: zlib._Decompress | None = None

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The decoded bytes of one chunk, at most PIECE_BYTES at a time. Raises DamagedBodyError."""
        if not self._is_coded:
            yield chunk
            return
        try:
            yield from self._inflated(chunk)
        except zlib.error as error:
            raise DamagedBodyError(str(error)) from None

    def _inflated(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._inflate is None or self._inflate.eof:
                if self._inflate is not None and not (self._is_gzip and chunk[0] == _GZIP_MAGIC):
                    return  # gzip members may be strung together; anything else behind the end is padding
                self._inflate = zlib.decompressobj(self._window(chunk))
            piece = self._inflate.decompress(chunk, PIECE_BYTES)
            while piece:
                yield piece
                rest = (
                    b"" if self._inflate.eof else self._inflate.unconsumed_tail
                )  # both hold what follows the end
                piece = self._inflate.decompress(rest, PIECE_BYTES)
            chunk = self._inflate.unused_data

    def _window(self, first: bytes) -> int:
        if self._is_gzip:
            return _GZIP
        return zlib.MAX_WBITS if first[0] & 0x0F == _ZLIB_METHOD else _RAW

    def finish(self) -> None:
        """Raises DamagedBodyError where the coded bytes ended too early; no bytes at all are an empty body."""
        if self._inflate is not None and not self._inflate.eof:
            raise DamagedBodyError("ends too early")
