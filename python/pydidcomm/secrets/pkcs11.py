"""Keys in a token of PKCS#11: a hardware security module, a smart card, SoftHSM (extra `hsm`).

Keys are generated in the token, sensitive and not extractable. If the token supports the curve, keys on
P-256, P-384, P-521 and secp256k1 agree, and keys on Ed25519, P-256 and secp256k1 sign. X25519 is not
supported, because python-pkcs11 has no ECDH on it: pass `agreement_curves=["P-256"]`.

Example:
    >>> from pydidcomm.secrets.pkcs11 import Pkcs11Secrets
    >>> def main(module, pin):
    ...     from pydidcomm.sync import DIDCommMessaging
    ...     with Pkcs11Secrets.open(module, token="didcomm", pin=pin) as secrets:
    ...         alice = DIDCommMessaging(secrets=secrets)
    ...         return alice.create_peer_did(agreement_curves=["P-256"])
"""

import os

from pydidcomm._driver.event_loop import running_loop
from pydidcomm.secrets import _needs_pkcs11 as _needs_pkcs11  # noqa: PLC0414, before what needs it
from pydidcomm.secrets._faces import AsyncSecrets, SyncSecrets
from pydidcomm.secrets._pkcs11_backend import Pkcs11Backend
from pydidcomm.secrets._pkcs11_keys import TokenKey

__all__ = ["Pkcs11Secrets", "SyncPkcs11Secrets", "TokenKey"]

REMEMBER = 1024
"""The maximum number of cached key handles; finding a key costs as much as using it."""


class SyncPkcs11Secrets(SyncSecrets):
    """The keys of a `Pkcs11Secrets` with plain functions, for `pydidcomm.sync`."""


class Pkcs11Secrets(AsyncSecrets):
    """Keys in a token of PKCS#11; create it with `Pkcs11Secrets.open`.

    A process logs in once, and all its stores of one token share the login. Calls run one at a time, in a
    worker thread if an event loop is running. A lost session is opened again, and a forked process logs in by
    itself. The label of a key is its kid, with the DID in its short form; long forms of did:peer are data
    objects. If the creation of a DID was interrupted, its keys keep a label that begins with "pydidcomm new".
    """

    _backend: Pkcs11Backend

    def __init__(self, *_: object, **__: object) -> None:
        message = "`Pkcs11Secrets` has no constructor: call `Pkcs11Secrets.open(module, token=..., pin=...)`"
        raise TypeError(message)

    @classmethod
    def open(
        cls, module: "str | os.PathLike[str]", *, token: str, pin: str, remember: int = REMEMBER
    ) -> "Pkcs11Secrets":
        """Create a store object, which `async with`, `with` or the first call opens.

        Args:
            module: The path of the PKCS#11 library of the token.
            token: The label of the token.
            pin: The PIN of the user.
            remember: The maximum number of cached key handles.

        Returns:
            The store, not logged in yet.

        Raises:
            SecretsLockedError: This process has logged in to the token with another PIN; or on opening: the
                PIN is wrong or locked.
            SecretsUnavailableError: On opening: the module does not load, or the token does not exist.
            ValueError: `remember` is not positive.
        """
        secrets = cls.__new__(cls)
        AsyncSecrets.__init__(secrets, Pkcs11Backend(os.fspath(module), token, pin, remember))
        return secrets

    @property
    def sync(self) -> SyncPkcs11Secrets:
        """The same keys with plain functions, for `pydidcomm.sync`."""
        return SyncPkcs11Secrets(self._backend)

    async def __aenter__(self) -> "Pkcs11Secrets":  # noqa: PYI034, a subclass is useless
        """Log in."""
        try:
            await self._backend.run("open")
        except BaseException:
            self._backend.run_sync("close")
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the store; the last store of a token in the process logs out."""
        await self.aclose()

    def __enter__(self) -> SyncPkcs11Secrets:
        """Log in, and return the keys with plain functions.

        Raises:
            TypeError: An event loop is running: use `async with`.
        """
        if running_loop() is not None:
            message = "an event loop is running, which `with` would block: open the token by `async with`"
            raise TypeError(message)
        try:
            self._backend.run_sync("open")
        except BaseException:
            self._backend.run_sync("close")
            raise
        return self.sync

    def __exit__(self, *_: object) -> None:
        """Close the store; the last store of a token in the process logs out."""
        self._backend.run_sync("close")
