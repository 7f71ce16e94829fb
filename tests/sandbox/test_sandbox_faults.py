"""Each named fault shows its symptom once, and the next request is whole."""

from __future__ import annotations

import httpx
import pytest

from sources.constant_contact_sandbox import FAULTS, faults

PATH = "/contacts"
CUT = ("reset", "truncated_body")
SAME_STATUS = {
    "slow_body", "invalid_json", "non_utf8", "empty_body", "wrong_content_type", "html_page", "null_rows",
    "object_rows", "missing_rows_key", "duplicate_row", "huge_page", "type_change", "broken_timestamps",
    "offset_timestamps", "new_fields", "cursor_loop", "next_other_host", "next_http", "next_scheme",
}  # fmt: skip
STATUS = {
    "unauthorized": 401, "forbidden_privilege": 403, "forbidden_scope": 403, "deactivated": 403,
    "not_found": 404, "conflict": 409, "not_acceptable": 406, "accepted": 202,
    "redirect_other_host": 302, "redirect_permanent": 308,
    **{f"{kind}_{form}": 429 for kind in ("throttled", "quota") for form in ("object", "array", "empty")},
    **{f"{code}_{form}": code for code in (500, 503, 504) for form in ("json", "object", "html", "empty")},
}  # fmt: skip


def test_every_fault_is_listed_here():
    """No fault is added without a test."""
    assert SAME_STATUS | STATUS.keys() | set(CUT) | {"hold"} == FAULTS.keys()


@pytest.mark.parametrize("name", sorted((SAME_STATUS - {"huge_page"}) | STATUS.keys()))
def test_a_fault_answers_differently_once(shared, name):
    """The faulty answer differs from the whole one, and the next equals it."""
    reader = shared
    whole = reader.get(PATH, limit=5)
    reader.sandbox.set_fault(name)
    faulty = reader.get(PATH, limit=5)
    assert faulty.status_code == STATUS.get(name, 200)
    if name != "slow_body":
        assert (faulty.content, faulty.headers["content-type"]) != (
            whole.content,
            whole.headers["content-type"],
        )
    assert reader.get(PATH, limit=5).content == whole.content


@pytest.mark.parametrize("name", CUT)
def test_a_cut_connection_is_seen_as_such(shared, name):
    """A reset or a body shorter than announced is a protocol error, then all is well again."""
    reader = shared
    reader.sandbox.set_fault(name)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        reader.get(PATH)
    assert reader.get(PATH).status_code == 200


def test_a_held_request_times_out(open_sandbox):
    """With hold, nothing comes until the client gives up."""
    reader = open_sandbox(contacts=12)
    reader.sandbox.set_fault("hold")
    headers = {"Authorization": f"Bearer {reader.server.access_token}"}
    with pytest.raises(httpx.ReadTimeout):
        reader.http.get(reader.server.base_url + PATH, headers=headers, timeout=0.2)


def test_a_huge_page_is_100_mb_of_valid_json(open_sandbox):
    """The huge page is as large as it says; made without a server, for it takes memory."""
    whole = faults.json_reply(200, {"contacts": [{"contact_id": "1"}]})
    assert len(FAULTS["huge_page"](whole).body) > 100_000_000


def test_a_loop_points_to_itself(open_sandbox):
    """The next link of a looping page is the page's own address."""
    reader = open_sandbox(contacts=12)
    reader.sandbox.set_fault("cursor_loop", times=None)
    first = reader.json(PATH, limit=5)["_links"]["next"]["href"]
    assert first == "/v3/contacts?limit=5"


def test_a_fault_keeps_to_its_path_times_and_start(open_sandbox):
    """path_prefix, times and after decide which requests are struck; token calls only when named."""
    reader = open_sandbox()
    reader.sandbox.set_fault("500_json", times=2, path_prefix="/contacts", after=1)
    codes = [reader.get(path).status_code for path in ("/emails", *["/contacts"] * 4)]
    assert codes == [200, 200, 500, 500, 200]
    reader.sandbox.set_fault("503_empty", times=None)
    assert reader.http.post(reader.server.token_url).status_code == 401
    reader.sandbox.clear_faults()
    reader.sandbox.set_fault("500_json", times=None, path_prefix="/contacts$")
    assert [reader.get(path).status_code for path in ("/contacts/counts", "/contacts")] == [200, 500]
    reader.sandbox.clear_faults()
    assert reader.get("/contacts").status_code == 200


def test_faults_of_the_constructor_are_texts(open_sandbox):
    """name:times:path and a probability are read from text; an unknown name lists the valid ones."""
    reader = open_sandbox(faults=("500_html:2:/emails", "reset:p0.0"))
    assert [reader.get("/emails").status_code for _ in range(3)] == [500, 500, 200]
    with pytest.raises(ValueError, match="unknown fault 'flood'; valid are: 500_empty"):
        open_sandbox(faults=("flood",))


def test_faults_that_lead_away_lead_to_the_trap(open_sandbox):
    """With `elsewhere` set, links and redirects to another host name the test's own server."""
    reader = open_sandbox(contacts=12)
    reader.sandbox.elsewhere = "http://localhost:12345"
    reader.sandbox.set_fault("redirect_other_host")
    assert reader.get(PATH).headers["location"] == "http://localhost:12345/v3/contacts"
    reader.sandbox.set_fault("next_other_host")
    href = reader.json(PATH, limit=5)["_links"]["next"]["href"]
    assert href.startswith("http://localhost:12345/v3/contacts?cursor=")
