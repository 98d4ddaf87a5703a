"""Secret keys in the keyring of the desktop: Secret Service, Keychain, Credential Manager (extra `keyring`).

A keyring keeps text, so the keys are used in this process, as `Secret`. Each has an entry of its own. An
index lists them, and `kids()` returns those whose entry is there: a process that is killed at any point loses
no key that was acknowledged, and lists none that is not there. It is for one user, one program and a handful
of keys; a server has `pydidcomm.secrets.askar`.

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
"""How many keys are remembered: to read one over D-Bus takes 28 ms, hundreds of times a message."""


class SyncKeyringSecrets(SyncSecrets):
    """The keys of a `KeyringSecrets` with plain functions, for `pydidcomm.sync`."""


class KeyringSecrets(AsyncSecrets):
    """Secret keys in the keyring of the desktop.

    Args:
        service: The name of the program in the keyring.
        backend: The keyring; that of the desktop by default.
        remember: How many keys are remembered.

    Raises:
        SecretsUnavailableError: There is no keyring, or it keeps secrets in the open.
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
        """Open the keyring of the desktop, by `async with` or `with`.

        Args:
            service: The name of the program in the keyring.
            remember: How many keys are remembered.

        Raises:
            SecretsUnavailableError: There is no keyring, or it keeps secrets in the open.
        """
        return cls(service, remember=remember)

    @property
    def sync(self) -> SyncKeyringSecrets:
        """The same keys with plain functions, for `pydidcomm.sync`."""
        return SyncKeyringSecrets(self._backend)

    async def __aenter__(self) -> "KeyringSecrets":  # noqa: PYI034, a subclass is useless
        """Return the store; the keyring itself is opened by the desktop."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Forget the keys."""
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
        """Forget the keys."""
        self._backend.run_sync("close")
