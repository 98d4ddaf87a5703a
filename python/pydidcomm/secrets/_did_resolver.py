"""Resolve short forms of did:peer from a store, without blocking an event loop."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any

from pydidcomm._core import LocalResolver, short_form
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm.resolvers import DIDResolver, DocumentAnswer, PrefixResolver
from pydidcomm.secrets._recent import Recent

__all__ = ["LongForms", "StoredDids"]


_WITHOUT_STORE = ("did:key:", "did:jwk:", "did:peer:0", "did:peer:2")
"""The prefixes of DIDs that contain their document: the core resolves them itself."""

_Read = Callable[[str], Any]
_Write = Callable[[Mapping[str, str]], Any]


class LongForms(MutableMapping[str, str]):
    """The cached long forms, and those that are not stored yet."""

    def __init__(self, remember: int) -> None:
        self.recent: Recent[str] = Recent(remember)
        self.pending: dict[str, str] = {}

    def __getitem__(self, did: str) -> str:
        known = self.pending.get(did) or self.recent.get(did)
        if known is None:
            raise KeyError(did)
        return known

    def __setitem__(self, did: str, known: str) -> None:
        if self.recent.get(did) != known:
            self.pending[did] = known

    def __delitem__(self, did: str) -> None:
        self.pending.pop(did, None)
        self.recent.drop(did)

    def __iter__(self) -> Iterator[str]:
        return iter([*self.pending])

    def __len__(self) -> int:
        return len(self.pending)


class StoredDids(PrefixResolver):
    """Resolves the DIDs of `LocalResolver`, and short forms of did:peer also after a restart of the program.

    The long form of a peer's DID is stored when a message from it is unpacked and the sender is proved.
    """

    def __init__(
        self, read: _Read, write: _Write, others: Mapping[str, DIDResolver], long_forms: LongForms
    ) -> None:
        self._long_forms = long_forms
        self._write = write
        self._here = LocalResolver(long_forms=long_forms)
        routes: dict[str, Any] = dict.fromkeys(_WITHOUT_STORE, self._here)
        routes["did:peer:"] = _Short(self._here, long_forms, read)
        super().__init__(routes | {**others})

    def store_long_forms(self) -> "Awaitable[None] | None":
        """Store the new long forms of proved senders; None if there is nothing to await."""
        pending = {**self._long_forms.pending}
        if not pending:
            return None
        done: Any = self._write(pending)
        if is_awaitable(done):
            return self._finish(done, pending)
        self._settle(pending)
        return None

    async def _finish(self, done: Awaitable[None], pending: Mapping[str, str]) -> None:
        await done
        self._settle(pending)

    def _settle(self, pending: Mapping[str, str]) -> None:
        for did, known in pending.items():
            self._long_forms.recent.put(did, known)
            self._long_forms.pending.pop(did, None)


class _Short:
    """Resolves did:peer DIDs that are a hash."""

    def __init__(self, here: LocalResolver, long_forms: LongForms, read: _Read) -> None:
        self._here = here
        self._long_forms = long_forms
        self._read = read

    def resolve(self, did: str, /) -> "DocumentAnswer | Awaitable[DocumentAnswer]":
        """The document; an awaitable only if the store must be read."""
        document = self._here.resolve(did)
        if document is not None or short_form(did) != did:
            return document
        known: Any = self._read(did)
        if is_awaitable(known):
            return self._after(did, known)
        return self._of(did, known)

    async def _after(self, did: str, known: Awaitable[str | None]) -> DocumentAnswer:
        return self._of(did, await known)

    def _of(self, did: str, known: str | None) -> DocumentAnswer:
        if known is None:
            return None
        self._long_forms.recent.put(did, known)
        return self._here.resolve(did)
