"""One exchange within its bounds: content codings, time, and no detour through a proxy."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
import time
import zlib
from contextlib import contextmanager

import pytest

from sources.constant_contact.api.clock import SystemClock
from sources.constant_contact.api.connection import is_loopback
from sources.constant_contact.api.decoding import PIECE_BYTES, DamagedBodyError, Decoder, UnknownCodingError
from sources.constant_contact.api.errors import BodyTooLarge, BodyTruncated, ConnectionLost, UnknownCoding

VALUE = {"contacts": ["a" * 1000] * 1000}
BODY = json.dumps(VALUE).encode()
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def raw_deflate(body):
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezed.compress(body) + squeezed.flush()


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "DEFLATE": raw_deflate,
    "identity": bytes,
}


def decoded(coding, body, step):
    decoder = Decoder(coding)
    pieces = [
        piece for start in range(0, len(body), step) for piece in decoder.pieces(body[start : start + step])
    ]
    decoder.finish()
    return pieces


@pytest.mark.parametrize("step", [1, 1000, 10**9])
@pytest.mark.parametrize("coding", CODINGS)
def test_each_single_coding_is_undone_whatever_the_chunks(coding, step):
    """One coding is undone, byte by byte and in one chunk alike."""
    body = os.urandom(3000) + b"x" * 30_000
    assert body == b"".join(decoded(coding, CODINGS[coding](body), step))


def test_decoding_makes_small_pieces_of_a_bomb():
    """A chunk that unpacks to a thousand times its size comes in pieces that the caller can stop at."""
    pieces = decoded("gzip", gzip.compress(b"\0" * 50 * PIECE_BYTES), 10**9)
    assert max(map(len, pieces)) <= PIECE_BYTES
    assert sum(map(len, pieces)) == 50 * PIECE_BYTES


def test_gzip_members_in_a_row_are_one_body():
    """A gzip body of two members is both of them, and padding behind the last one is passed over."""
    body = gzip.compress(b"first ") + gzip.compress(b"second") + b"\0" * 9
    assert b"first second" == b"".join(decoded("gzip", body, 5))


@pytest.mark.parametrize(
    "coding", ["gzip, gzip", "identity, gzip", "gzip,", "br", "zstd", "compress", "chunked"]
)
def test_other_and_stacked_codings_are_refused(coding):
    """What was not asked for and what is stacked is not decoded at all."""
    with pytest.raises(UnknownCodingError):
        Decoder(coding)


@pytest.mark.parametrize(
    "body", [gzip.compress(BODY)[:-4], b"no gzip at all", gzip.compress(BODY)[10:]], ids=len
)
def test_a_damaged_coding_is_named(body):
    """Cut-off and foreign bytes are told from a body that ended."""
    with pytest.raises(DamagedBodyError):
        decoded("gzip", body, 100)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_coded_answer_is_read(api, reply, make_client, coding):
    """The client reads each coding that it asks for."""
    api.replies(reply(body=CODINGS[coding](BODY), headers={"Content-Encoding": coding}))
    assert VALUE == make_client().get_json("/contacts")
    assert "gzip, deflate" == api.api_calls[0].headers["accept-encoding"]


@pytest.mark.parametrize("name", ["header", "two headers"])
def test_a_stacked_coding_is_an_error_by_name_asked_for_once(api, reply, make_client, name):
    """An answer whose coding is stacked costs one request and ends in a sentence."""
    stacked = {"Content-Encoding": "gzip, gzip"}
    if name == "two headers":
        stacked = {"Content-Encoding": "gzip", "content-encoding": "gzip"}
    api.replies(reply(body=gzip.compress(gzip.compress(BODY)), headers=stacked))
    with pytest.raises(UnknownCoding, match="/v3/contacts answered with Content-Encoding 'gzip, gzip'"):
        make_client().get_json("/contacts")
    assert 1 == len(api.api_calls)


def test_a_bomb_is_stopped_at_the_limit(api, reply, make_client, connect):
    """The size limit holds for what a compressed body becomes."""
    api.replies(reply(body=gzip.compress(b" " * 200_000_000), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BodyTooLarge, match="more than 1 MB"):
        make_client(connection=connect(max_body_bytes=2**20)).get_json("/contacts")


def test_a_compressed_answer_cut_off_is_asked_for_again(api, reply, make_client):
    """A gzip body that ends early is a passing fault."""
    cut = reply(body=gzip.compress(BODY)[:-9], headers={"Content-Encoding": "gzip"})
    api.replies(cut, reply(VALUE))
    assert VALUE == make_client().get_json("/contacts")


def test_a_compressed_answer_cut_off_for_ever_is_named(api, reply, make_client, connect):
    """A gzip body that always ends early ends in its name."""
    api.replies(reply(body=gzip.compress(BODY)[:-9], headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BodyTruncated, match="damaged or cut off"):
        make_client(connection=connect(max_attempts=2)).get_json("/contacts")


@contextmanager
def dripping(head, every_s):
    """A server that sends `head` and then one byte more every so often, for ever; yields its address."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip(connection):
        with connection:
            connection.recv(65_536)
            connection.sendall(head)
            while not over.wait(every_s):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    def accept():
        while not over.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        server.close()


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"],
    ids=["status line", "headers", "body"],
)
def test_an_answer_that_drips_has_a_total_time_limit(make_client, connect, head):
    """A byte every 20 ms keeps each read within its time; the whole answer is given up all the same."""
    with dripping(head, 0.02) as origin:
        client = make_client(
            clock=SystemClock(),
            connection=connect(
                base_url=f"{origin}/v3",
                access_token="fixed",
                read_timeout_s=5,
                answer_timeout_s=0.3,
                max_attempts=1,
            ),
        )
        started_s = time.monotonic()
        with pytest.raises(ConnectionLost, match=r"did not finish its answer within 0.3 seconds"):
            client.get_json("/contacts")
        assert time.monotonic() - started_s < 3


def test_a_time_limit_is_each_exchanges_own(api, reply, make_client, connect):
    """A client that has been used for longer than the limit of one answer still reads."""
    api.replies(reply(VALUE))
    client = make_client(clock=SystemClock(), connection=connect(access_token="fixed", answer_timeout_s=0.25))
    for _ in range(3):
        assert VALUE == client.get_json("/contacts")
        time.sleep(0.15)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "api.localhost",
        "127.0.0.1",
        "127.9.8.7",
        "::1",
        "::ffff:127.0.0.1",
    ],
)
def test_loopback_is_known_by_name_and_address(host):
    """Every spelling of this machine is loopback."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example.com", "notlocalhost", "128.0.0.1", "10.0.0.1", "127.0.0.1.example.com", ""]
)
def test_what_only_looks_like_loopback_is_not(host):
    """Names that begin like loopback belong to others."""
    assert not is_loopback(host)


@pytest.mark.parametrize("no_proxy", ["", "example.com", "*"])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "sandbox.localhost"])
def test_loopback_never_goes_through_a_proxy(  # noqa: PLR0917
    api, reply, make_client, connect, monkeypatch, host, no_proxy
):
    """Whatever the proxy variables say, this machine is asked directly, and the proxy sees nothing."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(  # not every resolver knows *.localhost
        socket,
        "getaddrinfo",
        lambda name, *more, **options: resolve(
            "127.0.0.1" if str(name).endswith("localhost") else name, *more, **options
        ),
    )
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.05)
        for name in PROXIES[:3]:
            for spelling in (name, name.lower()):
                monkeypatch.setenv(spelling, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for spelling in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(spelling, no_proxy)
        api.replies(reply(VALUE))
        port = api.origin.rpartition(":")[2]
        client = make_client(
            connection=connect(
                base_url=f"http://{host}:{port}/v3",
                token_url="https://elsewhere.example/token",  # so that a client that knows the proxy exists too
                access_token="fixed",
                max_attempts=1,
            )
        )
        if host != "127.0.0.2":
            assert VALUE == client.get_json("/contacts")
        else:
            with pytest.raises(Exception, match=r"cannot reach http://127\.0\.0\.2"):  # nobody listens there
                client.get_json("/contacts")
        with pytest.raises(TimeoutError):
            proxy.accept()


def test_other_hosts_go_through_the_proxy(make_client, connect, monkeypatch):
    """A host that is not this machine is asked through the proxy that the environment names."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        seen = []

        def accept():
            connection, _ = proxy.accept()
            with connection:
                seen.append(connection.recv(100))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        for spelling in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(spelling, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for spelling in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(spelling, raising=False)
        client = make_client(
            connection=connect(base_url="https://api.example/v3", access_token="fixed", max_attempts=1)
        )
        with pytest.raises(Exception, match=r"api\.example"):
            client.get_json("/contacts")
        thread.join(5)
        assert seen[0].startswith(b"CONNECT api.example:443")


@pytest.mark.parametrize("value", ["socks5://localhost:1", "ftp://x", "http://localhost:no-port"])
def test_a_proxy_that_cannot_work_is_no_matter_on_loopback(api, reply, make_client, monkeypatch, value):
    """Where everything is on loopback, a broken proxy variable stops nothing."""
    for spelling in ("ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(spelling, value)
    api.replies(reply(VALUE))
    assert VALUE == make_client().get_json("/contacts")
