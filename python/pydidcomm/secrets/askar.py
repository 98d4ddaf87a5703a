"""Secret keys in an Askar store: an encrypted SQLite file, or PostgreSQL (extra `askar`).

Private keys stay inside of the Askar library, which agrees and signs with them; they do not exist as bytes
in Python. That holds for X25519, Ed25519, P-256 and secp256k1. Askar does not support P-521, and returns no
shared secret for P-384; see `load`. Recently used keys are cached as handles, never as bytes.

Askar needs asyncio; its calls run in a private event loop in a thread, so that a store works under asyncio
and trio, and without an event loop.

Example:
    >>> import asyncio, tempfile
    >>> from pydidcomm import DIDCommMessaging, Message
    >>> from pydidcomm.secrets.askar import AskarSecrets
    >>> async def main(folder):
    ...     key = AskarSecrets.generate_raw_key()
    ...     async with AskarSecrets.open(f"{folder}/wallet.db", raw_key=key) as secrets:
    ...         alice = DIDCommMessaging(secrets=secrets)
    ...         did = await alice.create_peer_did()  # its keys are stored when it is returned
    ...         note = Message(type="https://example.org/note/1.0/note")
    ...         packed = await alice.pack(note, to=did, frm=did)
    ...         return (await alice.unpack(packed.text)).sender == did
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
    True
"""

import os
from collections.abc import Collection
from types import TracebackType
from typing import TYPE_CHECKING

from pydidcomm._driver.event_loop import running_loop
from pydidcomm.secrets import _needs_askar as _needs_askar  # noqa: PLC0414, before what needs it
from pydidcomm.secrets._askar_backend import AskarBackend
from pydidcomm.secrets._askar_keys import AskarKey, LoadedCurve
from pydidcomm.secrets._askar_store import Opening
from pydidcomm.secrets._faces import AsyncSecrets, SyncSecrets

if TYPE_CHECKING:
    from types import TracebackType

    from aries_askar import Store

__all__ = ["AskarKey", "AskarSecrets", "SyncAskarSecrets"]

TIMEOUT_SECONDS = 10.0
"""The time limit of a call, in seconds; a lost connection may never answer."""

REMEMBER = 1024
"""The maximum number of cached handles; each saves 0.4 to 0.9 ms, several times the cost of a message."""


class SyncAskarSecrets(SyncSecrets):
    """The keys of an `AskarSecrets` with plain functions, for `pydidcomm.sync`; see `AskarSecrets.sync`."""


class AskarSecrets(AsyncSecrets):
    """Secret keys in an Askar store.

    `AskarSecrets.open` opens a store; `AskarSecrets(store)` uses a store that the program has opened, and
    does not close it. Several processes can use one store, also an SQLite file. Askar does not survive a
    fork: open stores after it, or start processes by `spawn`, as uvicorn does.

    Args:
        store: An open store.
        profile: The profile, for instance of a tenant; None for the default of the store.
        remember: The maximum number of cached key handles. A key that another process has removed stays
            usable while it is cached.
        load: The curves whose private keys may be loaded into this process as `Secret`, empty or ("P-384",).
            Without "P-384" keys on that curve are refused, because Askar returns no shared secret for them.
        timeout: The time limit of a call, in seconds.

    Raises:
        ValueError: `load` names another curve than P-384, or a number is not positive.
    """

    _backend: AskarBackend

    def __init__(
        self,
        store: "Store",
        *,
        profile: str | None = None,
        remember: int = REMEMBER,
        load: Collection[LoadedCurve] = (),
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        super().__init__(AskarBackend(store, None, profile, remember, load, timeout))

    @classmethod
    def open(  # noqa: PLR0913, all but the location are named
        cls,
        location: "str | os.PathLike[str]",
        *,
        passphrase: str | None = None,
        raw_key: str | None = None,
        profile: str | None = None,
        create: bool = True,
        remember: int = REMEMBER,
        load: Collection[LoadedCurve] = (),
        timeout: float = TIMEOUT_SECONDS,
    ) -> "AskarSecrets":
        """Create a store object, which `async with`, `with` or the first call opens.

        Args:
            location: The path of an SQLite file, created with mode 0600, or a URL
                `postgres://user:password@host:port/name`, whose database is created if the role may do so.
                The parameter `options` sets limits on locks and idle transactions; behind PgBouncer, which
                refuses that parameter, add `?options=` to the URL.
            passphrase: The passphrase of the store. Argon2 derives the key from it in about half a second.
            raw_key: The key of the store, 32 bytes in base58 from `generate_raw_key`; needs no derivation.
            profile: The profile, for instance of a tenant; None for the default of the store.
            create: Whether to create the store or the profile if it does not exist.
            remember: The maximum number of cached key handles.
            load: The curves whose private keys may be loaded into this process; see the class.
            timeout: The time limit of a call, in seconds. A connection may take half of it, at least 1 s.

        Returns:
            The store, not open yet.

        Raises:
            ValueError: An argument is malformed, or not exactly one of `passphrase` and `raw_key` is set.
            SecretsLockedError: On opening: the passphrase or the key is not that of the store.
            SecretsUnavailableError: On opening: the store does not exist, or its server does not answer.
        """
        opening = Opening(os.fspath(location), passphrase, raw_key, create, timeout)
        return secrets_of(AskarBackend(None, opening, profile, remember, load, timeout), cls)

    @staticmethod
    def generate_raw_key() -> str:
        """Generate a key for `open(raw_key=)`: 32 random bytes in base58, as secret as a private key."""
        return _needs_askar.aries_askar.Store.generate_raw_key()

    @property
    def sync(self) -> SyncAskarSecrets:
        """The same keys with plain functions, for `pydidcomm.sync`."""
        return SyncAskarSecrets(self._backend)

    async def __aenter__(self) -> "AskarSecrets":  # noqa: PYI034, a subclass is useless
        """Open the store."""
        await self._backend.run("open")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: "TracebackType | None"
    ) -> None:
        """Close the store."""
        await self.aclose()

    def __enter__(self) -> SyncAskarSecrets:
        """Open the store, and return its keys with plain functions.

        Raises:
            TypeError: An event loop is running: use `async with`.
        """
        if running_loop() is not None:
            message = "an event loop is running, which `with` would block: open the store by `async with`"
            raise TypeError(message)
        self._backend.run_sync("open")
        return self.sync

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self._backend.run_sync("close")


def secrets_of(backend: AskarBackend, cls: type[AskarSecrets] = AskarSecrets) -> AskarSecrets:
    """The store of private keys on a backend, which another part of the library may use as well."""
    secrets = cls.__new__(cls)
    AsyncSecrets.__init__(secrets, backend)
    return secrets
