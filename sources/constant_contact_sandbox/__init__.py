"""A stateful imitation of a Constant Contact V3 account over real HTTP on loopback. Imports nothing
of the product.

    sandbox = Sandbox(contacts=200, campaigns=6, seed=7)
    with serve(sandbox) as server:
        ...  # server.base_url, server.access_token

See README.md for what it imitates and what it does not.
"""

from .faults import FAULTS
from .sandbox import Sandbox
from .server import Server, serve
from .switches import Switches

__all__ = ["FAULTS", "Sandbox", "Server", "Switches", "serve"]
