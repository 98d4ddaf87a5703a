"""What every store of secrets offers, with coroutine functions and with plain ones."""

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Protocol

from pydidcomm._core import Secret
from pydidcomm.resolvers import DIDResolver, KeyUse, NewKey
from pydidcomm.secrets._did_resolver import LongForms, StoredDids
from pydidcomm.secrets._names import entry_name
from pydidcomm.secrets._recent import Recent


class Backend(Protocol):
    """A store behind the two faces: each operation by name, awaited or not."""

    recent: Recent[Any]
    long_forms: LongForms

    def check(self) -> None:
        """Raise if the store is closed, or belongs to the process before a fork."""
        ...

    async def run(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation without blocking the event loop."""
        ...

    def run_sync(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation, and block until it has ended."""
        ...

    def make_key(self, curve: str, use: KeyUse) -> NewKey | None:
        """A key that is made without any wait; None where the operation `make` makes it."""
        ...

    def __repr__(self) -> str: ...


class _Face:
    """What both faces have."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._backend!r})"

    def _recent(self, kids: Iterable[str]) -> dict[str, Any] | None:
        """The keys, if each of them is at hand."""
        self._backend.check()
        found = {kid: self._backend.recent.get(entry_name(kid)) for kid in kids}
        return None if None in found.values() else found


def _secrets(given: Iterable[Secret | Mapping[str, Any]]) -> list[Secret]:
    return [one if isinstance(one, Secret) else Secret(one) for one in given]


def _await_handle(handle: Any) -> Any:  # noqa: ANN401
    """The handle whose methods are awaited, where there are two."""
    return getattr(handle, "awaited", handle)


class AsyncSecrets(_Face):
    """A store of secrets for `pydidcomm`, on asyncio and trio."""

    async def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, a handle
        """The key of that kid, a handle that agrees and signs; None where the store has none.

        A key that was used lately is at hand, and nothing is waited for.
        """
        found = self._recent([kid]) or await self._backend.run("find", [kid])
        return _await_handle(found.get(kid))

    async def get_keys(self, kids: list[str], /) -> list[str]:
        """Those of the kids whose keys the store has."""
        found = self._recent(kids) or await self._backend.run("find", kids)
        return [kid for kid in kids if kid in found]

    async def add_key(self, secret: Secret | Mapping[str, Any], /) -> None:
        """Store a secret key that was generated outside; see `add_keys`."""
        await self.add_keys([secret])

    async def add_keys(self, secrets: Iterable[Secret | Mapping[str, Any]], /) -> None:
        """Store secret keys that were generated outside, all or none, and return when they are safe.

        Args:
            secrets: The keys, as `Secret` or as JWK with `kid`. A key that is stored already is kept.

        Raises:
            KeyExistsError: Another key has that kid.
            UnsupportedError: The store takes no key on that curve.
            SecretsUnavailableError: The store does not answer; whether the keys are stored is not known.
        """
        await self._backend.run("insert", _secrets(secrets))

    async def remove_key(self, kid: str, /) -> bool:
        """Destroy the key of that kid, and say whether there was one."""
        found: bool = await self._backend.run("remove", kid)
        return found

    async def kids(self) -> list[str]:
        """The kids of all keys, sorted."""
        found: list[str] = await self._backend.run("kids")
        return found

    async def make_key(self, curve: str, use: KeyUse, /) -> NewKey:
        """Generate a key inside; see `pydidcomm.KeyMaker`.

        Raises:
            UnsupportedError: The store has no such key.
        """
        self._backend.check()
        made = self._backend.make_key(curve, use)
        if made is None:
            made = await self._backend.run("make", curve, use)
        return made

    async def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /) -> None:
        """Store the keys of a new DID, all or none; see `pydidcomm.KeyMaker`."""
        await self._backend.run("store_did", did, keys, long_forms)

    def did_resolver(self, others: Mapping[str, DIDResolver] | None = None) -> StoredDids:
        """A resolver whose short forms of did:peer survive a restart of the program.

        `DIDCommMessaging(secrets=...)` uses it unless it is given a resolver.

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
        """Close the store; keys that were handed out are of no use afterwards."""
        await self._backend.run("close")


class SyncSecrets(_Face):
    """A store of secrets for `pydidcomm.sync`."""

    def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, a handle
        """The key of that kid: a handle that agrees and signs, or None."""
        at_hand = self._recent([kid]) or self._backend.run_sync("find", [kid])
        found = at_hand.get(kid)
        return getattr(found, "plain", found)

    def get_keys(self, kids: list[str], /) -> list[str]:
        """Those of the kids whose keys the store has."""
        found = self._recent(kids) or self._backend.run_sync("find", kids)
        return [kid for kid in kids if kid in found]

    def add_key(self, secret: Secret | Mapping[str, Any], /) -> None:
        """Store a secret key that was generated outside; see `AsyncSecrets.add_keys`."""
        self.add_keys([secret])

    def add_keys(self, secrets: Iterable[Secret | Mapping[str, Any]], /) -> None:
        """Store secret keys that were generated outside, all or none; see `AsyncSecrets.add_keys`."""
        self._backend.run_sync("insert", _secrets(secrets))

    def remove_key(self, kid: str, /) -> bool:
        """Destroy the key of that kid, and say whether there was one."""
        found: bool = self._backend.run_sync("remove", kid)
        return found

    def kids(self) -> list[str]:
        """The kids of all keys, sorted."""
        found: list[str] = self._backend.run_sync("kids")
        return found

    def make_key(self, curve: str, use: KeyUse, /) -> NewKey:
        """Generate a key inside; see `pydidcomm.KeyMaker`."""
        self._backend.check()
        made = self._backend.make_key(curve, use)
        return self._backend.run_sync("make", curve, use) if made is None else made

    def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /) -> None:
        """Store the keys of a new DID, all or none; see `pydidcomm.KeyMaker`."""
        self._backend.run_sync("store_did", did, keys, long_forms)

    def did_resolver(self, others: Mapping[str, DIDResolver] | None = None) -> StoredDids:
        """A resolver whose short forms of did:peer survive a restart; see `AsyncSecrets.did_resolver`."""
        backend = self._backend

        def read(did: str) -> str | None:
            found: str | None = backend.run_sync("read_long_form", did)
            return found

        def write(long_forms: Mapping[str, str]) -> None:
            backend.run_sync("write_long_forms", long_forms)

        return StoredDids(read, write, others or {}, backend.long_forms)

    def close(self) -> None:
        """Close the store; keys that were handed out are of no use afterwards."""
        self._backend.run_sync("close")
