"""The operations of an Askar secrets store, run in the private event loop."""

import os
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import Any

from aries_askar import Key, Store

from pydidcomm._core import Secret
from pydidcomm._driver.event_loop import running_loop
from pydidcomm._driver.loop_thread import LOOP, run_in_place
from pydidcomm._driver.wait import wait
from pydidcomm.resolvers import KeyUse, NewKey
from pydidcomm.secrets import _askar_keys
from pydidcomm.secrets._askar_store import AskarStore, Opening, Session
from pydidcomm.secrets._did_resolver import LongForms
from pydidcomm.secrets._names import entry_name
from pydidcomm.secrets._recent import Recent
from pydidcomm.secrets.errors import KeyExistsError, SecretsUnavailableError

__all__ = ["AskarBackend"]


_CATEGORY = "did"
"""The category of the entries with long forms of did:peer, by their short form."""


class AskarBackend:
    """The operations of an Askar store."""

    def __init__(  # noqa: PLR0913, PLR0917, those of AskarSecrets
        self,
        store: Store | None,
        opening: Opening | None,
        profile: str | None,
        remember: int,
        load: Collection[str],
        timeout: float,
    ) -> None:
        if isinstance(load, str) or set(load) - {"P-384"}:
            message = f'`load` must be empty or ("P-384",), got {load!r}'
            raise ValueError(message)
        if remember < 1 or timeout <= 0:
            message = f"`remember` and `timeout` must be positive, got {remember} and {timeout}"
            raise ValueError(message)
        self.recent: Recent[Any] = Recent(remember)
        self.long_forms = LongForms(remember)
        self._load = tuple(load)
        self._kind = "open store" if opening is None else opening.kind
        self._profile = profile
        self._store = AskarStore(store, opening, profile, timeout)
        self._process = os.getpid()
        self._closed = False

    def __repr__(self) -> str:
        return self._kind if self._profile is None else f"{self._kind}, profile={self._profile!r}"

    def check(self) -> None:
        """Raise if the store is closed, or would hang because Askar's threads do not survive a fork."""
        if os.getpid() != self._process or LOOP.stayed_with_parent:
            message = (
                "an Askar store was used before this process was forked, and the threads of Askar do not "
                "survive a fork: open stores after the fork, or start processes by `spawn`"
            )
            raise SecretsUnavailableError(message)
        LOOP.leave_if_daemon()
        if self._closed:
            message = "this secrets store is closed"
            raise SecretsUnavailableError(message)

    async def run(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation in the private loop; while the interpreter shuts down, in the caller's."""
        work = self._work(operation, arguments)
        if work is None:
            return None
        future = LOOP.begin(work)
        if future is not None:
            return await wait(future)
        loop = running_loop()
        if loop is not None and loop.__name__ == "asyncio":
            return await work
        return run_in_place(work)

    def run_sync(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation in the private loop, and block until it has ended."""
        work = self._work(operation, arguments)
        if work is None:
            return None
        return LOOP.submit(work).result()

    def _work(self, operation: str, arguments: tuple[Any, ...]) -> Coroutine[Any, Any, Any] | None:
        if operation == "close" and (self._closed or os.getpid() != self._process):
            return None
        self.check()
        work: Coroutine[Any, Any, Any] = getattr(self, operation)(*arguments)
        return work

    def make_key(self, curve: str, use: KeyUse) -> NewKey:
        """Generate a key, which is only in the memory of the library until it is stored."""
        return _askar_keys.generate_key(curve, use, self._load)

    async def open(self) -> None:
        """Open the store."""
        await self._store.open()

    async def close(self) -> None:
        """Close the store, and clear the cache of handles."""
        self._closed = True
        self.recent.clear()
        await self._store.close()

    async def find(self, kids: Sequence[str]) -> dict[str, Any]:
        """The handles of the stored keys, of those in `kids`, by kid."""

        async def fetch(session: Session) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for kid in kids:
                name = entry_name(kid)
                known = self.recent.get(name) or await self._fetch(session, kid, name)
                if known is not None:
                    self.recent.put(name, known)
                    found[kid] = known
            return found

        return await self._store.read(fetch)

    async def _fetch(self, session: Session, kid: str, name: str) -> Any:  # noqa: ANN401
        entry = await session.fetch_key(name)
        # another program may have stored the key under the long form
        entry = entry or (None if name == kid else await session.fetch_key(kid))
        return None if entry is None else _askar_keys.handle(entry.metadata or entry.name, entry.key)

    async def insert(self, secrets: Sequence[Secret]) -> None:
        """Store keys that were generated outside of the store, all or none."""
        await self._insert({secret.kid: _askar_keys.import_key(secret, self._load) for secret in secrets}, {})

    async def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str]) -> None:  # noqa: ARG002
        """Store keys that `make_key` generated, with the long form of their DID, all or none."""
        await self._insert({kid: key.handle for kid, key in keys.items()}, long_forms)
        for short, known in long_forms.items():
            self.long_forms.recent.put(short, known)

    async def _insert(self, keys: Mapping[str, Key], long_forms: Mapping[str, str]) -> None:
        attempts = 0

        async def insert(session: Session) -> None:
            nonlocal attempts
            attempts += 1
            for kid, key in keys.items():
                # the first attempt reads nothing: most kids are new
                if attempts == 1 or not await _has(session, kid, key):
                    name = entry_name(kid)
                    await session.insert_key(name, key, metadata=None if name == kid else kid)
            for short, known in long_forms.items():
                await _put(session, short, known)

        await self._store.write(insert)
        for kid, key in keys.items():
            self.recent.put(entry_name(kid), _askar_keys.handle(kid, key))

    async def remove(self, kid: str) -> bool:
        """Destroy a key, and return whether there was one."""
        name = entry_name(kid)

        async def delete(session: Session) -> bool:
            if await session.fetch_key(name) is None:
                return False
            await session.remove_key(name)
            return True

        found = await self._store.write(delete)
        self.recent.drop(name)
        return found

    async def kids(self) -> list[str]:
        """The kids of the keys whose names are DID URLs."""

        async def fetch(session: Session) -> list[str]:
            entries: Any = await session.fetch_all_keys()
            # its iterator has no `__iter__`, and its indexing never raises IndexError
            names = [
                str(one.metadata or one.name) for one in (entries[place] for place in range(len(entries)))
            ]
            return sorted(name for name in names if name.startswith("did:"))

        return await self._store.read(fetch)

    async def read_long_form(self, did: str) -> str | None:
        """The long form of a short form, which is its hash; None if it is not stored."""

        async def fetch(session: Session) -> str | None:
            entry = await session.fetch(_CATEGORY, did)
            return None if entry is None else entry.value.decode()

        return await self._store.read(fetch)

    async def write_long_forms(self, long_forms: Mapping[str, str]) -> None:
        """Store the long forms of peers."""

        async def insert(session: Session) -> None:
            for short, known in long_forms.items():
                await _put(session, short, known)

        await self._store.write(insert)


async def _has(session: Session, kid: str, key: Key) -> bool:
    """Whether the key is stored with this kid; raises KeyExistsError if another key is."""
    entry = await session.fetch_key(entry_name(kid))
    if entry is not None and entry.key.get_jwk_thumbprint() != key.get_jwk_thumbprint():
        raise KeyExistsError(kid)
    return entry is not None


async def _put(session: Session, short: str, known: str) -> None:
    # the short form is the hash of the long one, so a stored one is the same
    if await session.fetch(_CATEGORY, short) is None:
        await session.insert(_CATEGORY, short, known)
