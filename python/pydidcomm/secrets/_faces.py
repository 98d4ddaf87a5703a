"""The methods of every secrets store, as coroutine functions and as plain ones."""

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Protocol

from pydidcomm._core import Secret
from pydidcomm.resolvers import DIDResolver, KeyUse, NewKey
from pydidcomm.secrets._did_resolver import LongForms, StoredDids
from pydidcomm.secrets._names import entry_name
from pydidcomm.secrets._recent import Recent

__all__ = ["AsyncSecrets", "SyncSecrets"]


class _Backend(Protocol):
    """The operations of a store, called by name from `AsyncSecrets` and `SyncSecrets`."""

    recent: Recent[Any]
    long_forms: LongForms

    def check(self) -> None:
        """Raise if the store is closed, or cannot be used after a fork."""
        ...

    async def run(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation without blocking the event loop."""
        ...

    def run_sync(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation, and block until it has ended."""
        ...

    def make_key(self, curve: str, use: KeyUse) -> NewKey | None:
        """Generate a key without waiting; None if the operation `make` must generate it."""
        ...

    def __repr__(self) -> str: ...


class _Face:
    """The base of `AsyncSecrets` and `SyncSecrets`."""

    def __init__(self, backend: _Backend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._backend!r})"

    def _recent(self, kids: Iterable[str]) -> dict[str, Any] | None:
        """The keys, if all of them are cached."""
        self._backend.check()
        found = {kid: self._backend.recent.get(entry_name(kid)) for kid in kids}
        return None if None in found.values() else found


def _secrets(given: Iterable[Secret | Mapping[str, Any]]) -> list[Secret]:
    return [one if isinstance(one, Secret) else Secret(one) for one in given]


def _await_handle(handle: Any) -> Any:  # noqa: ANN401
    """The handle with coroutine methods, if the store has two handles for a key."""
    return getattr(handle, "awaited", handle)


class AsyncSecrets(_Face):
    """A secrets store for `pydidcomm`, on asyncio and trio."""

    async def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, a handle
        """The handle of a key, which agrees and signs; None if the store has no such key.

        A recently used key is cached, and returned without waiting.

        Args:
            kid: The DID URL of the key.

        Raises:
            SecretsUnavailableError: The store does not answer.
        """
        found = self._recent([kid]) or await self._backend.run("find", [kid])
        return _await_handle(found.get(kid))

    async def get_keys(self, kids: list[str], /) -> list[str]:
        """The kids, of those in `kids`, whose keys the store has.

        Args:
            kids: The DID URLs of keys.

        Raises:
            SecretsUnavailableError: The store does not answer.
        """
        found = self._recent(kids) or await self._backend.run("find", kids)
        return [kid for kid in kids if kid in found]

    async def add_key(self, secret: Secret | Mapping[str, Any], /) -> None:
        """Store a private key that was generated outside of the store; see `add_keys`."""
        await self.add_keys([secret])

    async def add_keys(self, secrets: Iterable[Secret | Mapping[str, Any]], /) -> None:
        """Store private keys that were generated outside of the store.

        Askar stores all of them or none. A keyring writes them one after the other: if it fails, call this
        again. A token refuses them.

        Args:
            secrets: The keys, as `Secret` or as JWK with `kid`. A key that is stored already is kept.

        Raises:
            KeyExistsError: The store has another key with one of the kids.
            UnsupportedError: The store accepts no key on that curve.
            SecretsUnavailableError: The store does not answer; the keys may or may not be stored.
        """
        await self._backend.run("insert", _secrets(secrets))

    async def remove_key(self, kid: str, /) -> bool:
        """Destroy a key.

        Args:
            kid: The DID URL of the key.

        Returns:
            Whether the store had the key.

        Raises:
            SecretsUnavailableError: The store does not answer.
        """
        found: bool = await self._backend.run("remove", kid)
        return found

    async def kids(self) -> list[str]:
        """The kids of all keys, sorted."""
        found: list[str] = await self._backend.run("kids")
        return found

    async def make_key(self, curve: str, use: KeyUse, /) -> NewKey:
        """Generate a key inside of the store; see `pydidcomm.KeyMaker`.

        Args:
            curve: The curve, for instance "P-256".
            use: The use of the key.

        Raises:
            UnsupportedError: The store cannot generate such a key.
        """
        self._backend.check()
        made = self._backend.make_key(curve, use)
        if made is None:
            made = await self._backend.run("make", curve, use)
        return made

    async def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /) -> None:
        """Store the keys of a new DID; see `pydidcomm.KeyMaker`.

        Args:
            did: The DID.
            keys: The keys, by kid.
            long_forms: The long forms of the DID by their short forms; empty for most DIDs.
        """
        await self._backend.run("store_did", did, keys, long_forms)

    def did_resolver(self, others: Mapping[str, DIDResolver] | None = None) -> StoredDids:
        """A resolver that resolves short forms of did:peer also after a restart of the program.

        `DIDCommMessaging(secrets=...)` uses it unless a resolver is passed.

        Args:
            others: Further resolvers by prefix, for instance `{"did:web:": MyWeb()}`.
        """
        backend = self._backend

        def read(did: str) -> Awaitable[str | None]:
            return backend.run("read_long_form", did)

        def write(long_forms: Mapping[str, str]) -> Awaitable[None]:
            return backend.run("write_long_forms", long_forms)

        return StoredDids(read, write, others or {}, backend.long_forms)

    async def aclose(self) -> None:
        """Close the store; stop using its key handles."""
        await self._backend.run("close")


class SyncSecrets(_Face):
    """A secrets store for `pydidcomm.sync`."""

    def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, a handle
        """The handle of a key, which agrees and signs; None if the store has no such key.

        Args:
            kid: The DID URL of the key.
        """
        at_hand = self._recent([kid]) or self._backend.run_sync("find", [kid])
        found = at_hand.get(kid)
        return getattr(found, "plain", found)

    def get_keys(self, kids: list[str], /) -> list[str]:
        """The kids, of those in `kids`, whose keys the store has.

        Args:
            kids: The DID URLs of keys.
        """
        found = self._recent(kids) or self._backend.run_sync("find", kids)
        return [kid for kid in kids if kid in found]

    def add_key(self, secret: Secret | Mapping[str, Any], /) -> None:
        """Store a private key that was generated outside of the store; see `AsyncSecrets.add_keys`."""
        self.add_keys([secret])

    def add_keys(self, secrets: Iterable[Secret | Mapping[str, Any]], /) -> None:
        """Store private keys that were generated outside of the store; see `AsyncSecrets.add_keys`."""
        self._backend.run_sync("insert", _secrets(secrets))

    def remove_key(self, kid: str, /) -> bool:
        """Destroy a key, and return whether the store had it.

        Args:
            kid: The DID URL of the key.
        """
        found: bool = self._backend.run_sync("remove", kid)
        return found

    def kids(self) -> list[str]:
        """The kids of all keys, sorted."""
        found: list[str] = self._backend.run_sync("kids")
        return found

    def make_key(self, curve: str, use: KeyUse, /) -> NewKey:
        """Generate a key inside of the store; see `AsyncSecrets.make_key`."""
        self._backend.check()
        made = self._backend.make_key(curve, use)
        return self._backend.run_sync("make", curve, use) if made is None else made

    def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /) -> None:
        """Store the keys of a new DID; see `AsyncSecrets.store_did`."""
        self._backend.run_sync("store_did", did, keys, long_forms)

    def did_resolver(self, others: Mapping[str, DIDResolver] | None = None) -> StoredDids:
        """A resolver for short forms of did:peer too; see `AsyncSecrets.did_resolver`."""
        backend = self._backend

        def read(did: str) -> str | None:
            found: str | None = backend.run_sync("read_long_form", did)
            return found

        def write(long_forms: Mapping[str, str]) -> None:
            backend.run_sync("write_long_forms", long_forms)

        return StoredDids(read, write, others or {}, backend.long_forms)

    def close(self) -> None:
        """Close the store; stop using its key handles."""
        self._backend.run_sync("close")
