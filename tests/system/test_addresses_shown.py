"""Addresses as people see them."""

import pytest

from reconciler.system.configuration import shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ana:s3cret@forge.example/team/ops.git", "https://forge.example/team/ops.git"),
        ("https://forge.example/team/ops.git", "https://forge.example/team/ops.git"),
        ("ssh://git@forge.example:22/ops.git", "ssh://forge.example:22/ops.git"),
        ("git@forge.example:ops.git", "git@forge.example:ops.git"),
        ("../remote.git", "../remote.git"),
    ],
)
def test_x18_an_address_is_shown_without_user_and_password(address: str, shown: str) -> None:
    assert shown_address(address) == shown
