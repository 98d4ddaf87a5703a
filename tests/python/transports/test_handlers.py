"""What programs around the messages need: results for tests of handlers, and an orderly end."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDDocument,
    LocalResolver,
    PolicyError,
    PrefixResolver,
    PublicKey,
    Secret,
    UnpackConfig,
    WarningCode,
    encode_did_document,
    short_form,
    sync,
)
from pydidcomm.testing import received
from support.parties import hello


def test_a_test_result_can_have_any_sender() -> None:
    four = encode_did_document({"keyAgreement": []})
    for sender, form in (("did:example:alice", "did:example:alice"), (four, short_form(four))):
        for sign in (False, True):
            result = received(hello(frm=None), sender=sender, sign=sign)
            assert (result.sender, result.message.frm) == (form, sender)
            assert result.metadata.non_repudiation is sign
            assert result.metadata.recipient == "did:example:recipient"
    unproved = received(hello(frm="did:example:alice"), recipient="did:example:me")
    assert (unproved.sender, unproved.metadata.recipient) == (None, "did:example:me")
    assert [warning.code for warning in unproved.metadata.warnings] == [WarningCode.UNPROVED_FROM]


def test_a_contradictory_test_result_is_refused() -> None:
    with pytest.raises(ValueError, match="did:example:alice, and its sender or signer is did:example:bob"):
        received(hello(frm="did:example:alice"), sender="did:example:bob")
    with pytest.raises(ValueError, match="`sign=True` needs `sender`"):
        received(hello(), sign=True)
    with pytest.raises(PolicyError):
        received(hello(), config=UnpackConfig(require_authenticated=True))


class Session:
    """A resolver, secrets and a window with something to close."""

    def __init__(self, *, fails: bool = False) -> None:
        self.closed = 0
        self._fails = fails

    def resolve(self, _did: str, /) -> None:
        return None

    def get_key(self, _kid: str, /) -> None:
        return None

    def get_keys(self, _kids: Any, /) -> list[str]:  # noqa: ANN401, any kids
        return []

    def seen(self, _entry: Any, /) -> bool:  # noqa: ANN401, whatever identifies a message
        return False

    def forget(self, _entry: Any, /) -> None:  # noqa: ANN401, whatever identifies a message
        return None

    def close(self) -> None:
        self.closed += 1
        if self._fails:
            raise OSError


class AsyncSession(Session):
    """The same for event loops."""

    async def aclose(self) -> None:
        self.close()


async def test_a_party_closes_each_of_its_parts_once() -> None:
    secrets, resolver, window = AsyncSession(), AsyncSession(), AsyncSession()
    routes = PrefixResolver({"did:a:": resolver, "did:b:": resolver, "did:peer:": LocalResolver()})
    async with DIDCommMessaging(secrets, routes, replay_window=window) as party:
        assert party.secrets is secrets
        assert resolver.closed == 0
    assert [one.closed for one in (secrets, resolver, window)] == [1, 1, 1]
    await DIDCommMessaging().aclose()


async def test_a_failed_close_does_not_prevent_the_others() -> None:
    secrets, resolver = AsyncSession(fails=True), AsyncSession()
    with pytest.raises(OSError):  # noqa: PT011, it has no text
        await DIDCommMessaging(secrets, resolver).aclose()
    assert resolver.closed == 1
    plain_secrets, plain = Session(fails=True), Session()
    with pytest.raises(OSError):  # noqa: PT011, it has no text
        sync.DIDCommMessaging(plain_secrets, plain).close()
    assert plain.closed == 1


def test_the_synchronous_party_closes_too() -> None:
    one = Session()
    with sync.DIDCommMessaging(one, one):
        assert one.closed == 0
    assert one.closed == 1


@pytest.mark.parametrize("curve", ["X25519", "Ed25519", "P-256", "P-384", "P-521", "secp256k1"])
def test_a_key_needs_no_name_before_there_is_a_did(curve: str) -> None:
    secret = Secret.generate(curve)
    multikey = secret.public_multikey()
    assert secret.kid == f"did:key:{multikey}#{multikey}"
    assert secret.renamed("did:example:a#k").kid == "did:example:a#k"


def test_documents_and_public_keys_travel_and_secrets_say_why_they_do_not() -> None:
    secret = Secret.generate("P-256")
    document = DIDDocument({"id": "did:example:a", "service": [], "odd": {"x": [1, None]}})
    values: list[PublicKey | DIDDocument] = [secret.public_key, document]
    for value in values:
        for twin in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):  # noqa: S301
            assert twin == value
            assert hash(twin) == hash(value)
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="expose_jwk"):
            take(secret)
