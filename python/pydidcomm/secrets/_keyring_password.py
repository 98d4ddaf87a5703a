"""A password in the keyring of the desktop, for programs whose keys are in another store."""

from functools import partial
from typing import Any

import keyring

from pydidcomm.secrets._keyring_backend import call, check_backend

__all__ = ["read_password", "write_password"]


def read_password(service: str, user: str) -> str | None:
    """The password; None if the keyring has none.

    Raises:
        SecretsUnavailableError: No keyring is available, or it stores secrets without encryption.
        SecretsLockedError: The keyring is locked.
    """
    backend = keyring.get_keyring()
    check_backend(backend)
    return call(lambda: backend.get_password(service, user))


def write_password(service: str, user: str, password: str) -> None:
    """Store the password; raises as `read_password`."""
    backend: Any = keyring.get_keyring()
    check_backend(backend)
    call(partial(backend.set_password, service, user, password))
