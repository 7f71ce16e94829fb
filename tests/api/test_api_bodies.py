from __future__ import annotations

import pytest

from sources.constant_contact.api.bodies import parse_json
from sources.constant_contact.api.errors import NotJson


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', "", {"a": 1}),
        ('{"a": "é"}'.encode("latin-1"), "application/json; charset=ISO-8859-1", {"a": "é"}),
        (b'{"a": "\\ud83d"}', "", {"a": "\ufffd"}),
        (b'{"a": "\\ud83d\\ude00"}', "", {"a": "😀"}),
        (b'{"a": 1e400, "b": -1e400, "c": 0.5}', "", {"a": "1e400", "b": "-1e400", "c": 0.5}),
        (b'{"a": ' + b"9" * 5000 + b"}", "", {"a": "9" * 5000}),
        (b'{"\\ud83d": 1, "\\ud83e": 2}', "", {"\\ud83d": 1, "\\ud83e": 2}),
    ],
)
def test_json_is_read_with_all_that_servers_do_to_it(body, content_type, expected):
    """Byte order marks, declared charsets, and halves of emoji are read."""
    assert expected == parse_json(body, content_type=content_type, path="/c")


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"<html>", b'{"a": 1', b'{"a": NaN}', b'{"a": "\xff"}', b"\x00", b"[" * 100_000]
)
def test_what_is_not_json_is_named(body):
    """HTML, cut, non-UTF-8 and hostile bodies are NotJson."""
    with pytest.raises(NotJson, match="not JSON"):
        parse_json(body, content_type="application/json", path="/c")


def test_an_unknown_charset_is_no_traceback():
    """A charset that does not exist leads to the same named error."""
    with pytest.raises(NotJson, match=r"\(text/html\)"):
        parse_json(b"<html>", content_type="text/html; charset=nonsense", path="/c")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'[{"a": ["\\ud83d"]}]', [{"a": ["\ufffd"]}], id="halves of emoji within lists"),
        pytest.param(b'"\\udc00x"', "\ufffdx", id="the second half alone"),
        pytest.param(b'{"a": "\\ud83d", "b": [1, null, true, 0.5]}', {"a": "\ufffd", "b": [1, None, True, 0.5]},
                     id="what stands beside them"),
        pytest.param(b"9" * 4_000, int("9" * 4_000), id="the longest whole number"),
        pytest.param(b"9" * 4_001, "9" * 4_001, id="one digit more stays a text"),
        pytest.param(b"-" + b"9" * 4_000, "-" + "9" * 4_000, id="the sign counts"),
        pytest.param(b"null", None, id="null"),
        pytest.param(b'\xef\xbb\xbf"\\ud83d"', "\ufffd", id="a byte order mark before a second reading"),
    ],
)  # fmt: skip
def test_odd_values_spoil_nothing_but_themselves(body: bytes, expected: object) -> None:
    assert expected == parse_json(body, content_type="application/json", path="/c")


@pytest.mark.parametrize(
    ("content_type", "said"),
    [
        ("", "no content type"),
        ("text/html; charset=utf-8; x=1", "text/html"),
        ("application/json", "application/json"),
        (";", "no content type"),
    ],
)
def test_what_is_not_json_says_what_it_claimed_to_be(content_type: str, said: str) -> None:
    with pytest.raises(NotJson) as caught:
        parse_json(b"<html>", content_type=content_type, path="/v3/contacts")
    assert f"/v3/contacts answered a body that is not JSON ({said}); run again later" == str(caught.value)
    assert "/v3/contacts" == caught.value.path
