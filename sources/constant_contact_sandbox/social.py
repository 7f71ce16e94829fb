"""Social profiles, the connections behind them, and groups of hashtags.

Rows are kept as the dicts that the API serves. Knows no HTTP. Source of shapes: contract, ProfileDto,
ConnectionDto, HashtagGroupDto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .nights import Night

Row = dict[str, Any]
NETWORKS = ("facebook", "instagram", "linkedin")
FIRST_GROUPS = ("Bread", "Workshops", "Saturdays", "Local", "Holidays 🎄", "Recipes", "Team")


def _account_info(seed: int, network: str) -> Row:
    number = seeds.word(seed, "social", network)
    return {
        "account_url": f"https://{network}.example/harborlight",
        "display_name": f"Harbor Light on {network.title()}",
        "image_url": f"https://{network}.example/harborlight/avatar.jpg",
        "network": network,
        "network_account_id": f"{number % 10**15}",
        "username": f"harborlight.{network[:2]}",
    }


def _profile(seed: int, network: str, k: int) -> Row:
    return {
        "profile_id": seeds.uuid_of(seed, "profile", network),
        "name": f"Harbor Light Bakery ({network})",
        "handle": f"harborlight{k}",
        "network": network,
        "network_profile_id": f"{seeds.word(seed, 'profile', network, 'network') % 10**15}",
        "network_user_id": f"{seeds.word(seed, 'profile', network, 'user') % 10**15}",
        "url": f"https://{network}.example/harborlight",
        "image_url": f"https://{network}.example/harborlight.jpg",
        "accessible": k != 1,
        "connected": True,
        "account_info": _account_info(seed, network),
        "settings": {"publishing": {"approval": k == 0, "first_comment": f"From {network}"}},
    }


def _connection(seed: int, network: str, k: int) -> Row:
    status: Row = {
        "has_token": True,
        "is_active_user": k != 2,
        "rate_limited": k == 1,
        "status": 200,
        "token_has_scopes": True,
        "token_is_valid": True,
    }
    return {"account_info": _account_info(seed, network), "connection_status": status}


class Social:
    """`profiles`, `connections` and `groups` in the order of their making."""

    def __init__(self, seed: int, *, bare: bool) -> None:
        self.seed = seed
        networks = () if bare else NETWORKS
        self.profiles = [_profile(seed, network, k) for k, network in enumerate(networks)]
        self.connections = [_connection(seed, network, k) for k, network in enumerate(networks)]
        self.groups: list[Row] = []
        self._serial = 0
        for name in () if bare else FIRST_GROUPS:
            self.add_group(name)

    def add_group(self, name: str) -> Row:
        k = self._serial
        self._serial += 1
        words = [f"#harborlight{k}", f"#{name.split(maxsplit=1)[0].lower()}", "#portlandmaine"]
        row: Row = {"hashtag_group_id": seeds.uuid_of(self.seed, "hashtags", k), "hashtag_group_name": name}
        row["hashtag_names"] = words
        self.groups.append(row)
        return row

    def edit_group(self, k: int, **fields: Any) -> None:
        self.groups[k] = self.groups[k] | fields

    def set_token(self, k: int, *, valid: bool) -> None:
        """Lose or regain the network's consent; the profile is then not connected, or connected again."""
        problem = {} if valid else {"error": "The token has expired."}
        status = {n: v for n, v in self.connections[k]["connection_status"].items() if n != "error"}
        status |= {"token_is_valid": valid, "status": 200 if valid else 401, **problem}
        self.connections[k] = self.connections[k] | {"connection_status": status}
        self.profiles[k] = self.profiles[k] | {"connected": valid}

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        return {
            "social_profiles": lambda: self.profiles,
            "social_connections": lambda: self.connections,
            "social_hashtag_groups": lambda: self.groups,
        }

    def live(self, night: Night) -> None:
        """Groups come, change and go; a connection loses its token and gets it back."""
        if (number := night.happens("hashtags_edited", 5)) and self.groups:
            names = ["#fresh", f"#night{night.number}"]
            self.edit_group(number % len(self.groups), hashtag_names=names)
        if night.happens("hashtags_created", 8):
            self.add_group(f"Night {night.number}")
        if night.happens("hashtags_deleted", 11) and len(self.groups) > 3:
            self.groups.pop()
        if (number := night.happens("connection_moved", 7)) and self.connections:
            k = number % len(self.connections)
            valid = self.connections[k]["connection_status"]["token_is_valid"]
            self.set_token(k, valid=not valid)
