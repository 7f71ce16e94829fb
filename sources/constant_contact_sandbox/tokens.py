"""OAuth tokens, codes and device logins of the sandbox's one application.

Knows no HTTP: each grant returns (status, body). Times are sandbox seconds. Source: API guide, authentication
pages; RFC 6749, 7636, 8628.
"""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from . import seeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .switches import Switches

Body = dict[str, Any]
Answer = tuple[int, Body]
ACCESS_TOKEN_S = 86_400
CODE_S = 300
DEVICE_CODE_S = 1800
UNUSED_S = 180 * 86_400
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
BAD_REFRESH: Body = {
    "error": "invalid_grant",
    "error_description": "The refresh token is invalid or expired.",
}
BAD_CLIENT: Body = {"error": "invalid_client", "error_description": "No client credentials found."}
TOO_FAST: Body = {
    "errorCode": "E0000047",
    "errorSummary": "API call exceeded rate limit due to too many requests.",
    "errorCauses": [],
}


@dataclass(slots=True, kw_only=True)
class Refresh:
    used_at: float
    scopes: tuple[str, ...]
    replaced_by: str | None = None


@dataclass(slots=True, kw_only=True)
class Code:
    expires_at: float
    scopes: tuple[str, ...]
    redirect_uri: str = ""
    challenge: str = ""
    approved: bool = False
    denied: bool = False
    user_code: str = ""
    polls: int = 0


class Tokens:
    """Issues and checks; `access` maps a token to (expires_at, scopes)."""

    def __init__(self, seed: int, switches: Switches, now: float) -> None:
        self.seed, self.switches = seed, switches
        self.client_id = seeds.uuid_of(seed, "client")
        self.client_secret = f"S3cr{seeds.word(seed, 'secret'):016x}"
        self.access: dict[str, tuple[float, tuple[str, ...]]] = {}
        self.refresh: dict[str, Refresh] = {}
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, Code] = {}
        self.refreshes = 0
        self._serial = 0
        self._window: deque[float] = deque()
        self.access_token = self._new_access(now, switches.scopes)
        self.refresh_token = self._new_refresh(now, switches.scopes)

    def _text(self, kind: str, size: int) -> str:
        self._serial += 1
        raw = hashlib.shake_128(f"{self.seed}/{kind}/{self._serial}".encode()).digest(size)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _new_access(self, now: float, scopes: tuple[str, ...]) -> str:
        claims = {"scp": list(scopes), "exp": int(now) + ACCESS_TOKEN_S, "jti": self._text("access", 360)}
        payload = base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")
        token = f"eyJ{self._text('head', 60)}.{payload}.{self._text('sign', 256)}"
        self.access[token] = (now + ACCESS_TOKEN_S, scopes)
        self.access_token = token
        return token

    def _new_refresh(self, now: float, scopes: tuple[str, ...]) -> str:
        token = self._text("refresh", 32)
        self.refresh[token] = Refresh(used_at=now, scopes=scopes)
        self.refresh_token = token
        return token

    def valid_access_token(self, now: float) -> str:
        """The newest access token, replaced if it is no longer valid."""
        if self.scopes_of(self.access_token, now) is None:
            self._new_access(now, self.switches.scopes)
        return self.access_token

    def scopes_of(self, bearer: str, now: float) -> tuple[str, ...] | None:
        """Scopes of an access token; None when unknown or expired."""
        expires_at, scopes = self.access.get(bearer, (0.0, ()))
        return scopes if now < expires_at else None

    def too_fast(self, monotonic_s: float) -> bool:
        """Count one call of the token endpoint against its own limit."""
        limit = self.switches.token_requests_per_second
        while self._window and self._window[0] <= monotonic_s - 1.0:
            self._window.popleft()
        if limit is not None and len(self._window) >= limit:
            return True
        self._window.append(monotonic_s)
        return False

    def authorize(self, query: Mapping[str, str], now: float) -> str:
        """A fresh authorization code for the consent that was given."""
        code = self._text("code", 24)
        self.codes[code] = Code(
            expires_at=now + CODE_S,
            scopes=tuple(query.get("scope", "").split()),
            redirect_uri=query.get("redirect_uri", ""),
            challenge=query.get("code_challenge", ""),
        )
        return code

    def start_device(self, form: Mapping[str, str], now: float, base: str) -> Answer:
        if form.get("client_id") != self.client_id:
            return 400, BAD_CLIENT
        code, n = self._text("device", 30), seeds.word(self.seed, "user_code", self._serial)
        letters = "".join("BCDFGHJKLMNPQRSTVWXZ"[n >> 5 * k & 15] for k in range(8))
        user_code = f"{letters[:4]}-{letters[4:]}"
        self.devices[code] = Code(
            expires_at=now + DEVICE_CODE_S, scopes=tuple(form.get("scope", "").split()), user_code=user_code
        )
        uri = f"{base}/oauth2/default/v1/device/activate"
        return 200, {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": uri,
            "verification_uri_complete": f"{uri}?user_code={user_code}",
            "expires_in": DEVICE_CODE_S,
            "interval": 1,
        }

    def decide_device(self, user_code: str, *, approve: bool) -> bool:
        """A person's answer to a device login; False when the code is unknown."""
        for device in self.devices.values():
            if device.user_code == user_code.strip().upper():
                device.approved, device.denied = approve, not approve
                return True
        return False

    def grant(self, form: Mapping[str, str], basic: tuple[str, str] | None, now: float) -> Answer:
        """One call of the token endpoint."""
        if basic is not None:
            known = basic == (self.client_id, self.client_secret)
        else:
            known = (
                form.get("client_id") == self.client_id
                and form.get("client_secret", self.client_secret) == self.client_secret
            )
        if not known:
            return 401, BAD_CLIENT
        kind = form.get("grant_type", "")
        if kind == "refresh_token":
            return self._refresh(form.get("refresh_token", ""), now)
        if kind == "authorization_code":
            return self._exchange(form, basic is not None or "client_secret" in form, now)
        if kind == DEVICE_GRANT:
            return self._poll(form.get("device_code", ""), now)
        return 400, {
            "error": "unsupported_grant_type",
            "error_description": f"The grant type {kind!r} is not supported.",
        }

    def _issue(self, scopes: tuple[str, ...], now: float, *, refresh: bool) -> Answer:
        granted = tuple(s for s in scopes if s in self.switches.scopes)
        body: Body = {
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_S,
            "access_token": self._new_access(now, granted),
            "scope": " ".join(granted),
        }
        if refresh and "offline_access" in granted:
            body["refresh_token"] = self._new_refresh(now, granted)
        return 200, body

    def _refresh(self, token: str, now: float) -> Answer:
        held = self.refresh.get(token)
        if held is None or now - held.used_at > UNUSED_S:
            return 400, BAD_REFRESH
        held.used_at = now
        self.refreshes += 1
        if self.switches.refresh_mode == "long_lived":
            return self._issue(held.scopes, now, refresh=False)
        if self.switches.refresh_overlap:
            for old in [t for t, r in self.refresh.items() if r.replaced_by == token]:
                del self.refresh[old]
            if held.replaced_by is not None:
                self.refresh.pop(held.replaced_by, None)
        else:
            self.refresh.clear()
        answer = self._issue(held.scopes, now, refresh=True)
        held.replaced_by = self.refresh_token
        return answer

    def _exchange(self, form: Mapping[str, str], has_secret: bool, now: float) -> Answer:  # noqa: FBT001 - two callers' facts, private
        code = self.codes.pop(form.get("code", ""), None)
        bad = {
            "error": "invalid_grant",
            "error_description": "The authorization code is invalid or has expired.",
        }
        if code is None or now > code.expires_at or form.get("redirect_uri", "") != code.redirect_uri:
            return 400, bad
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if code.challenge and proof != code.challenge:
            return 400, {"error": "invalid_grant", "error_description": "PKCE verification failed."}
        if not code.challenge and not has_secret:
            return 401, BAD_CLIENT
        return self._issue(code.scopes, now, refresh=True)

    def _poll(self, device_code: str, now: float) -> Answer:
        device = self.devices.get(device_code)
        if device is None:
            return 400, {
                "error": "invalid_grant",
                "error_description": "The device code is invalid or has expired.",
            }
        if now > device.expires_at:
            return 400, {"error": "expired_token", "error_description": "The device code has expired."}
        device.polls += 1
        after = self.switches.device_approved_after_polls
        if after is not None and device.polls > after:
            device.approved = True
        if device.denied:
            return 400, {
                "error": "access_denied",
                "error_description": "The resource owner denied the request.",
            }
        if not device.approved:
            return 400, {
                "error": "authorization_pending",
                "error_description": "The device authorization is pending. Please try again later.",
            }
        del self.devices[device_code]
        return self._issue(device.scopes, now, refresh=True)
