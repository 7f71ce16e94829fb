"""What a person has to know to make an application at the provider's portal.

Sources: https://developer.constantcontact.com/api_guide/apps_create.html (portal, name, redirect address),
https://developer.constantcontact.com/api_guide/device_flow.html, https://developer.constantcontact.com/api_guide/pkce_flow.html.
"""

from __future__ import annotations

from sources.constant_contact.api.login import SCOPES

PORTAL = "https://app.constantcontact.com/pages/dma/portal/"
GUIDE = "https://developer.constantcontact.com/api_guide/apps_create.html"
NAME = "Warehouse sync"


def redirect_address(port: int) -> str:
    """Where a login by browser comes back to."""
    return f"http://localhost:{port}/callback"


def instructions(flow: str, port: int) -> str:
    kind = "Device Flow" if flow == "device" else "PKCE Flow"
    lines = [
        f"Portal         {PORTAL}",
        "               My Applications, New Application; one that you have is fine too",
        f"Name           {NAME}  (any name without the words Constant Contact)",
        f"Kind of login  {kind}",
        "Refresh token  rotating or long-lived, both work",
    ]
    if flow == "browser":
        lines.append(f"Redirect URI   {redirect_address(port)}")
    lines += [
        f"Scopes         {' '.join(SCOPES)}",
        "               asked for at the login, nothing to enter in the portal",
        f"Help           {GUIDE}",
    ]
    return "\n".join(f"  {line}" for line in lines)
