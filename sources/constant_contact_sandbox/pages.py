"""The two HTML pages on which a person consents. Source: RFC 6749 section 4.1, RFC 8628 section 3.3."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .faults import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .tokens import Tokens

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1.2rem;margin-right:1rem}}</style>
</head><body><h1>{title}</h1>{body}</body></html>"""


def _html(title: str, body: str, status: int = 200) -> Reply:
    text = _PAGE.format(title=escape(title), body=body)
    return Reply(status=status, body=text.encode(), content_type="text/html; charset=utf-8")


def _form(fields: Mapping[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in fields.items()
    )
    answers = (("allow", "Allow"), ("deny", "Deny"))
    buttons = "".join(
        f'<button id="{v}" name="decision" value="{v}">{label}</button>' for v, label in answers
    )
    return f'<form method="post">{hidden}{buttons}</form>'


def authorize(tokens: Tokens, fields: Mapping[str, str], now: float, *, posted: bool) -> Reply:
    """The consent page; once answered, a redirect with a code or access_denied, and the state as it came."""
    problem = _problem(tokens, fields)
    if problem:
        return _html("Bad request", f"<p>{escape(problem)}</p>", 400)
    if not posted:
        scopes = "".join(f"<li>{escape(s)}</li>" for s in fields.get("scope", "").split())
        return _html(
            "Sandbox: allow access?", f"<p>The application asks for:</p><ul>{scopes}</ul>" + _form(fields)
        )
    answer = {"state": fields["state"]} if "state" in fields else {}
    if fields.get("decision") == "allow":
        answer = {"code": tokens.authorize(fields, now), **answer}
    else:
        answer = {
            "error": "access_denied",
            "error_description": "The resource owner denied the request.",
            **answer,
        }
    glue = "&" if "?" in fields["redirect_uri"] else "?"
    return Reply(status=302, headers={"Location": fields["redirect_uri"] + glue + urlencode(answer)})


def _problem(tokens: Tokens, fields: Mapping[str, str]) -> str:
    if fields.get("client_id") != tokens.client_id:
        return "The client_id is unknown."
    if fields.get("response_type") != "code":
        return "The response_type must be code."
    if not fields.get("redirect_uri", "").startswith(("http://127.0.0.1", "http://localhost", "https://")):
        return "The redirect_uri must be https or loopback."
    if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
        return "The code_challenge_method must be S256."
    return ""


def activate(tokens: Tokens, fields: Mapping[str, str], *, posted: bool) -> Reply:
    """The page behind a device login's verification_uri."""
    code = fields.get("user_code", "")
    if not posted:
        entry = f'<label>Code <input name="user_code" value="{escape(code)}"></label>'
        return _html(
            "Sandbox: connect a device",
            _form({}).replace('<form method="post">', f'<form method="post"><p>{entry}</p>'),
        )
    if not tokens.decide_device(code, approve=fields.get("decision") == "allow"):
        return _html("Unknown code", "<p>This code is unknown or was used already.</p>", 400)
    return _html("Done", "<p>You can close this window.</p>")
