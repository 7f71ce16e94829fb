"""Bodies as they come over the wire: one coding, in pieces, whole or damaged."""

from __future__ import annotations

import gzip
import zlib

import pytest

from sources.constant_contact.api.decoding import (
    ACCEPTED,
    PIECE_BYTES,
    DamagedBodyError,
    Decoder,
    UnknownCodingError,
)

BODY = '{"name": "Zoë", "rows": [1, 2, 3]}'.encode() * 50


def raw_deflate(body: bytes) -> bytes:
    """Without the zlib wrapper, as many servers send it."""
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


def decoded(coding: str, body: bytes, *, chunk: int = 1_000_000) -> bytes:
    decoder = Decoder(coding)
    pieces = [piece for at in range(0, len(body), chunk) for piece in decoder.pieces(body[at : at + chunk])]
    decoder.finish()
    return b"".join(pieces)


CODED = [
    pytest.param("", BODY, id="none"),
    pytest.param("identity", BODY, id="none, by its name"),
    pytest.param("gzip", gzip.compress(BODY), id="gzip"),
    pytest.param("x-gzip", gzip.compress(BODY), id="gzip, by its old name"),
    pytest.param(" GZip ", gzip.compress(BODY), id="gzip, in other letters"),
    pytest.param("deflate", zlib.compress(BODY), id="deflate"),
    pytest.param("deflate", raw_deflate(BODY), id="deflate without its wrapper"),
    pytest.param("gzip", gzip.compress(BODY[:99]) + gzip.compress(BODY[99:]), id="two members of gzip"),
    pytest.param("gzip", gzip.compress(BODY) + b"\0" * 99, id="padding behind the end"),
    pytest.param("gzip", gzip.compress(BODY) + gzip.compress(b""), id="an empty member at the end"),
    pytest.param("deflate", zlib.compress(BODY) + b"\x1f more", id="anything behind the end of deflate"),
]


@pytest.mark.parametrize("chunk", [1, 7, 1_000_000])
@pytest.mark.parametrize(("coding", "body"), CODED)
def test_a_body_is_the_same_in_whatever_pieces_it_comes(coding: str, body: bytes, chunk: int) -> None:
    assert BODY == decoded(coding, body, chunk=chunk)


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "gzip,", "identity, gzip"]
)
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    """So are several, one over another."""
    with pytest.raises(UnknownCodingError) as caught:
        Decoder(coding)
    assert coding == str(caught.value)
    assert "gzip, deflate" == ACCEPTED


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", b"this is not gzip at all", id="something else"),
        pytest.param("gzip", zlib.compress(BODY), id="the other coding"),
        pytest.param("deflate", gzip.compress(BODY), id="and the other way round"),
        pytest.param("gzip", gzip.compress(BODY)[:-1], id="without its last byte"),
        pytest.param("gzip", gzip.compress(BODY)[:20], id="cut within"),
        pytest.param("gzip", gzip.compress(BODY)[:5], id="cut within its head"),
        pytest.param("deflate", zlib.compress(BODY)[:-1], id="deflate without its last byte"),
        pytest.param("deflate", raw_deflate(BODY)[:-1], id="without its wrapper and its last byte"),
        pytest.param("gzip", gzip.compress(BODY)[:-8] + b"\0" * 8, id="another checksum"),
        pytest.param("gzip", gzip.compress(BODY) + gzip.compress(BODY)[:9], id="a second member that is cut"),
    ],
)
def test_a_damaged_body_is_never_taken_for_a_whole_one(coding: str, body: bytes) -> None:
    """However it comes."""
    for chunk in (1, 1_000_000):
        with pytest.raises(DamagedBodyError):
            decoded(coding, body, chunk=chunk)


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_no_bytes_are_an_empty_body(coding: str) -> None:
    assert b"" == decoded(coding, b"")
    assert [] == list(Decoder("gzip").pieces(b""))


@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_a_small_body_that_grows_comes_in_bounded_pieces(size: int) -> None:
    """So that the reader can stop at its limit."""
    pieces = list(Decoder("gzip").pieces(gzip.compress(b"0" * size, compresslevel=1)))
    assert size == sum(map(len, pieces))
    assert max(map(len, pieces)) <= PIECE_BYTES
    assert -(-size // PIECE_BYTES) == len(pieces)
