"""Values of examples are told from real ones."""

from __future__ import annotations

import pytest

from sources.constant_contact.api.placeholders import placeholder_fault


@pytest.mark.parametrize(
    "value",
    [
        "<your client id>",
        "the application's API key",
        "your-api-key",
        "YOUR_API_KEY",
        "changeme",
        "...",
        "xxxx",
        "{key}",
    ],
)
def test_a_placeholder_is_named_without_its_value(value: str) -> None:
    """One sentence with the command that sets it."""
    assert placeholder_fault("client_id", value) == (
        "client_id is still the placeholder of an example; set it to the value from the portal: ctct init"
    )


@pytest.mark.parametrize(
    "value",
    [
        "209a010d-ebe7-42c2-ac2f-55c7b5dd41fe",
        "eyJVsfkTYv5jOdl.eyJzY3AiOlsi.sign_to-do",
        "IPxOIJ39tlFhrMAfJECD5ZXSccZEF73vU2nYT_UgFM8",
        "S3cr354b550be302d4e8",
        "yourkey",
    ],
)
def test_a_real_value_is_left_alone(value: str) -> None:
    """Keys, tokens and secrets as the provider makes them."""
    assert placeholder_fault("client_id", value) is None
