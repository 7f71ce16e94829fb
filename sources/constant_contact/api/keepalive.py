"""Sessions of PostgreSQL that end soon after the other side has vanished, and their locks with them.

A process that dies closes its connection; a machine that loses its power or its network does not, and by itself the
server would believe in it for two hours. Both sides ask for a sign of life. Pure: no session is opened here.
Source: https://www.postgresql.org/docs/current/libpq-connect.html and runtime-config-connection.html.
"""

from __future__ import annotations

from typing import Final

CONNECT_WAIT_S: Final = 10
KEEPALIVE_S: Final = 60
"""After so long without a sign of life either side takes the other for gone."""
_SIGNS: Final = {"idle": KEEPALIVE_S // 2, "interval": KEEPALIVE_S // 6, "count": 3}


def of_client() -> dict[str, int]:
    """Parameters of libpq's, for this machine's side."""
    signs = {f"keepalives_{name}": value for name, value in _SIGNS.items()}
    return {"connect_timeout": CONNECT_WAIT_S, "tcp_user_timeout": KEEPALIVE_S * 1000, **signs}


def of_server() -> dict[str, int]:
    """The server's settings, for its own side of the session."""
    return {f"tcp_keepalives_{name}": value for name, value in _SIGNS.items()}


def statements() -> list[str]:
    """What tells the server, in a session that is open."""
    return [f"set {name} = {value}" for name, value in of_server().items()]


def in_address() -> dict[str, str]:
    """Both sides as the query of an address, for who opens sessions that we cannot speak in. Between the server's
    settings is a tab: libpq takes the sign by which addresses write a space for what it is.
    """
    options = "\t".join(f"-c{name}={value}" for name, value in of_server().items())
    return {**{name: str(value) for name, value in of_client().items()}, "options": options}
