"""Secret keys in an Askar store: an encrypted SQLite file, or PostgreSQL (extra `askar`).

Private keys stay keys of the Askar library: they agree and sign there, and do not exist as bytes in Python.
That holds for X25519, Ed25519, P-256 and secp256k1. Askar has no P-521, and no shared secret of P-384; `load`
says what can be done about that. A key that was used lately is remembered as a handle, never as bytes.

Askar itself needs asyncio; its calls run in a private event loop in a thread, so that a store serves asyncio,
trio and programs without an event loop.

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
"""How long a call takes at most: a lost connection may never answer."""

REMEMBER = 1024
"""How many handles are remembered; each saves 0.4 to 0.9 ms, several times what a message costs."""


class SyncAskarSecrets(SyncSecrets):
    """The keys of an `AskarSecrets` with plain functions, for `pydidcomm.sync`; see `AskarSecrets.sync`."""


class AskarSecrets(AsyncSecrets):
    """Secret keys in an Askar store.

    `AskarSecrets.open` opens a store; `AskarSecrets(store)` uses one that the program has open, and does not
    close it. Several processes may use one store, also an SQLite file. Askar does not survive a fork: open
    stores after it, or start processes by `spawn`, as uvicorn does.

    Args:
        store: A store that is open.
        profile: The profile of the store, its tenant; None for the default of the store.
        remember: How many keys are remembered as handles. A key that another process has removed stays in use
            while it is remembered.
        load: Curves whose private keys may be loaded into this process as `Secret`. Without "P-384" keys on
            that curve are refused, because Askar hands out no shared secret of theirs.
        timeout: The most seconds that a call takes.

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
        """Open a store, by `async with` or `with`, or with the first call.

        Args:
            location: The path of an SQLite file, which its owner alone may read (mode 0600), or a URL
                `postgres://user:password@host:port/name`. A database is created where the role may do so.
                Limits on locks and idle transactions are set by `options`; behind PgBouncer, which refuses
                that parameter, add `?options=`.
            passphrase: Opens the store; Argon2 makes a key of it, which takes about half a second.
            raw_key: Opens the store at once: 32 bytes in base58 of `generate_raw_key`.
            profile: The profile, for instance of a tenant; it is created where it is not there.
            create: Whether a store or a profile is created where it is not there.
            remember: How many keys are remembered as handles.
            load: Curves whose private keys may be loaded into this process; see the class.
            timeout: The most seconds that a call takes; half of it, at least one second, is for a connection.

        Raises:
            ValueError: An argument is malformed, or it is not one of `passphrase` and `raw_key`.
            SecretsLockedError: On opening: the passphrase or the key is not that of the store.
            SecretsUnavailableError: On opening: there is no such store, or its server does not answer.
        """
        opening = Opening(os.fspath(location), passphrase, raw_key, create, timeout)
        return secrets_of(AskarBackend(None, opening, profile, remember, load, timeout), cls)

    @staticmethod
    def generate_raw_key() -> str:
        """A new key for `open(raw_key=)`: 32 random bytes in base58. Keep it as secret as a private key."""
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
    """The secret keys of a backend, which another part of the library may use as well."""
    secrets = cls.__new__(cls)
    AsyncSecrets.__init__(secrets, backend)
    return secrets
