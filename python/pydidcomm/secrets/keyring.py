"""Secret keys in the keyring of the desktop: Secret Service, Keychain, Credential Manager (extra `keyring`).

A keyring stores text, so the keys are used in this process, as `Secret`. Each key has its own entry, and an
index lists them. `kids()` returns the listed keys whose entry exists, so a process that is killed at any
point neither loses a key that was stored nor lists one that does not exist. A keyring is meant for one user,
one program and a few keys; use `pydidcomm.secrets.askar` for a server.

Example:
    >>> from pydidcomm.secrets.keyring import KeyringSecrets
    >>> from pydidcomm.sync import DIDCommMessaging
    >>> def main():
    ...     with KeyringSecrets.open("my-agent") as secrets:
    ...         alice = DIDCommMessaging(secrets=secrets)
    ...         return alice.create_peer_did()
"""

from typing import TYPE_CHECKING

from pydidcomm._driver.event_loop import running_loop
from pydidcomm.secrets import _needs_keyring as _needs_keyring  # noqa: PLC0414, before what needs it
from pydidcomm.secrets._faces import AsyncSecrets, SyncSecrets
from pydidcomm.secrets._keyring_backend import KeyringBackend

if TYPE_CHECKING:
    import keyring.backend

__all__ = ["KeyringSecrets", "SyncKeyringSecrets"]

REMEMBER = 1024
"""The maximum number of cached keys; reading one over D-Bus takes 28 ms, hundreds of times a message."""


class SyncKeyringSecrets(SyncSecrets):
    """The keys of a `KeyringSecrets` with plain functions, for `pydidcomm.sync`."""


class KeyringSecrets(AsyncSecrets):
    """Secret keys in the keyring of the desktop.

    Args:
        service: The name of the program in the keyring.
        backend: The keyring; None for that of the desktop.
        remember: The maximum number of cached keys.

    Raises:
        SecretsUnavailableError: No keyring is available, or it stores secrets without encryption.
        ValueError: `remember` is not positive.
    """

    _backend: KeyringBackend

    def __init__(
        self,
        service: str = "pydidcomm",
        *,
        backend: "keyring.backend.KeyringBackend | None" = None,
        remember: int = REMEMBER,
    ) -> None:
        super().__init__(KeyringBackend(service, backend, remember))

    @classmethod
    def open(cls, service: str = "pydidcomm", *, remember: int = REMEMBER) -> "KeyringSecrets":
        """Open the keyring of the desktop, for `async with` or `with`.

        Args:
            service: The name of the program in the keyring.
            remember: The maximum number of cached keys.

        Returns:
            The store.

        Raises:
            SecretsUnavailableError: No keyring is available, or it stores secrets without encryption.
            ValueError: `remember` is not positive.
        """
        return cls(service, remember=remember)

    @property
    def sync(self) -> SyncKeyringSecrets:
        """The same keys with plain functions, for `pydidcomm.sync`."""
        return SyncKeyringSecrets(self._backend)

    async def __aenter__(self) -> "KeyringSecrets":  # noqa: PYI034, a subclass is useless
        """Return the store; the desktop opens the keyring itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the store, and clear its cache."""
        await self.aclose()

    def __enter__(self) -> SyncKeyringSecrets:
        """Return the keys with plain functions.

        Raises:
            TypeError: An event loop is running: use `async with`.
        """
        if running_loop() is not None:
            message = "an event loop is running, which `with` would block: open the keyring by `async with`"
            raise TypeError(message)
        return self.sync

    def __exit__(self, *_: object) -> None:
        """Close the store, and clear its cache."""
        self._backend.run_sync("close")
