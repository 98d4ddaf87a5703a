"""Resolvers of a program, which record their requests and give configurable answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

from pydidcomm import ResolversConfig, sync
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydidcomm import UnpackResult
    from support.parties import Documents, Party


class RecordingResolver:
    """Satisfies both protocols with coroutine functions and records the requests."""

    def __init__(self, documents: Documents, party: Party) -> None:
        self.documents = documents
        self.party = party
        self.questions: list[object] = []
        self.document: Callable[[dict[str, Any]], Any] = dict
        self.secret: Callable[[dict[str, str]], Any] = dict

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        await anyio.lowlevel.checkpoint()
        self.questions.append(did)
        document = self.documents.resolve(did)
        return None if document is None else self.document(document)

    async def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        await anyio.lowlevel.checkpoint()
        self.questions.append(("get_key", kid))
        secret = self.party.secrets.get_key(kid)
        return None if secret is None else self.secret(secret.expose_jwk())

    async def get_keys(self, kids: list[str], /) -> Any:  # noqa: ANN401, right and wrong answers
        await anyio.lowlevel.checkpoint()
        self.questions.append(("get_keys", kids))
        return self.party.secrets.get_keys(kids)

    @property
    def config(self) -> ResolversConfig:
        return ResolversConfig(secrets_resolver=self, did_resolver=self)


class Plain:
    """The same with plain functions."""

    def __init__(self, recorder: RecordingResolver) -> None:
        self.recorder = recorder

    def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        document = self.recorder.documents.resolve(did)
        return None if document is None else self.recorder.document(document)

    def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        secret = self.recorder.party.secrets.get_key(kid)
        return None if secret is None else self.recorder.secret(secret.expose_jwk())

    def get_keys(self, kids: list[str], /) -> Sequence[str]:
        return tuple(reversed(self.recorder.party.secrets.get_keys(kids)))

    @property
    def config(self) -> ResolversConfig:
        return ResolversConfig(secrets_resolver=self, did_resolver=self)


def packed_for(bob: Party, documents: Documents, alice: Party) -> str:
    return sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did).packed_msg


def believed(received: UnpackResult, alice: Party) -> bool:
    return received.message.frm == alice.did and received.metadata.encrypted_from == alice.key.kid
