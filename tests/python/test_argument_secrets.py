"""A private key in the place of another argument is not repeated by the error."""

from collections.abc import Callable
from typing import Any

import pytest

from pydidcomm import DIDCommError, InMemorySecrets, Message, PackEncryptedConfig, Secret, sync

PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq"
JWK = {"kid": "did:example:alice#1", "kty": "OKP", "crv": "X25519", "x": "AAAA", "d": "AAAA"}
MESSAGE: dict[str, Any] = {"id": "1", "type": "https://example.org/a/1.0/b", "body": {}}
PARTY = sync.DIDCommMessaging()


@pytest.mark.parametrize(
    "call",
    [
        lambda: Secret.generate(PRIVATE),
        lambda: Secret.generate("Ed25519", kid=PRIVATE),
        lambda: Secret.from_octets(PRIVATE, bytes(32)),
        lambda: Secret({**JWK, "crv": PRIVATE}),
        lambda: Secret({**JWK, "kty": PRIVATE}),
        lambda: Secret({**JWK, "d": PRIVATE}),
        lambda: Secret({"id": "did:example:alice#1", "type": PRIVATE, "privateKeyBase58": PRIVATE}),
        lambda: InMemorySecrets([{**JWK, "crv": PRIVATE}]),
        lambda: InMemorySecrets().add_key({**JWK, "crv": PRIVATE}),
        lambda: PARTY.pack(MESSAGE, to=PRIVATE),
        lambda: PARTY.pack(MESSAGE, to="did:example:bob", frm=PRIVATE),
        lambda: PARTY.pack_signed(MESSAGE, sign_frm=PRIVATE),
        lambda: Message(type="https://example.org/a/1.0/b", to=PRIVATE),
        lambda: PackEncryptedConfig(enc_alg_anon=PRIVATE),
    ],
)
def test_an_error_does_not_repeat_a_private_key(call: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError, DIDCommError)) as caught:
        call()
    raised: BaseException | None = caught.value
    while raised is not None:
        assert PRIVATE not in str(raised)
        assert PRIVATE not in repr(raised)
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
