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
