"""What a person named: which login, which destination, which dataset. Values only; nothing is opened or read here."""

from __future__ import annotations

from dataclasses import dataclass

PIPELINE = "ctct"
DATASET = "constant_contact"
DEFAULT_PROFILE = "default"
DUCKDB = "duckdb"
POSTGRES = "postgres"
DUCKLAKE = "ducklake"


def default_dataset(profile: str) -> str:
    """The dataset of a profile that was not given one."""
    return DATASET if profile == DEFAULT_PROFILE else f"{DATASET}_{profile}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One account's login and the place of its tables."""

    profile: str = DEFAULT_PROFILE
    destination: str = DUCKDB
    dataset: str = DATASET

    @property
    def pipeline_name(self) -> str:
        """One pipeline a dataset. The destination keeps the state under this name, so it must not change."""
        return PIPELINE if self.dataset == DATASET else f"{PIPELINE}_{self.dataset}"

    @property
    def analytics(self) -> str:
        return f"{self.dataset}_analytics"

    @property
    def staging(self) -> str:
        """Where the load tool puts rows before it merges them."""
        return f"{self.dataset}_staging"

    @property
    def staging_models(self) -> str:
        """Where the transforms put the views that the marts are made of."""
        return f"{self.dataset}_staging_models"
