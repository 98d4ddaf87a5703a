"""A private key or a passphrase in the place of another argument is not repeated by the error."""

from collections.abc import Callable
from typing import Any

import pytest

from pydidcomm import (
    DIDCommError,
    InMemorySecrets,
    Message,
    PackEncryptedConfig,
    PublicKey,
    Secret,
    UnpackConfig,
    encode_public_keys,
    sync,
)
from pydidcomm.compat.didcomm.common.types import VerificationMaterial
from pydidcomm.compat.didcomm.message import FromPrior as CompatFromPrior
from pydidcomm.compat.didcomm.message import Message as CompatMessage
from pydidcomm.compat.didcomm.secrets import secrets_util
from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret as CompatSecret
from pydidcomm.compat.didcomm_messaging.multiformats import multibase, multicodec
from pydidcomm.compat.peerdid.core.did_doc_types import VerificationMethodPeerDID
from pydidcomm.external_keys import create_public_key_did
from pydidcomm.out_of_band import invitation, invitation_url

HIDDEN = [
    "z3u2en7t5LR2WtQH5PfFqMqwVHgeXouLzo6haApm8XHqvjxq",
    "open sesame",
    "hunter2",
    "https://me:hunter2@a.example",
]
"""A private key, two passphrases, and a URL with a password."""

JWK = {"kid": "did:example:alice#1", "kty": "OKP", "crv": "X25519", "x": "AAAA", "d": "AAAA"}
MESSAGE: dict[str, Any] = {"id": "1", "type": "https://example.org/a/1.0/b", "body": {}}
PARTY = sync.DIDCommMessaging()
PUBLIC = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
OTHER_METHOD: Any = "did:web"
ENDPOINT: dict[str, Any] = {"type": "DIDCommMessaging"}

Call = Callable[[Any], object]
CALLS: dict[str, Call] = {
    "Secret.generate": Secret.generate,
    "Secret.generate(kid=)": lambda text: Secret.generate("Ed25519", kid=text),
    "Secret.from_octets": lambda text: Secret.from_octets(text, bytes(32)),
    "Secret(crv)": lambda text: Secret({**JWK, "crv": text}),
    "Secret(kty)": lambda text: Secret({**JWK, "kty": text}),
    "Secret(d)": lambda text: Secret({**JWK, "d": text}),
    "Secret(type)": lambda text: Secret(
        {"id": "did:example:alice#1", "type": text, "privateKeyBase58": text}
    ),
    "InMemorySecrets": lambda text: InMemorySecrets([{**JWK, "crv": text}]),
    "add_key": lambda text: InMemorySecrets().add_key({**JWK, "crv": text}),
    "PublicKey": PublicKey,
    "PublicKey(crv)": lambda text: PublicKey({"kty": "OKP", "crv": text, "x": "AAAA"}),
    "PublicKey.from_octets": lambda text: PublicKey.from_octets(text, bytes(32)),
    "pack(to=)": lambda text: PARTY.pack(MESSAGE, to=text),
    "pack(frm=)": lambda text: PARTY.pack(MESSAGE, to="did:example:bob", frm=text),
    "pack(frm=, anonymous=)": lambda text: PARTY.pack(
        MESSAGE, to="did:example:bob", frm=text, anonymous=True
    ),
    "pack_to_each": lambda text: PARTY.pack_to_each(MESSAGE, to=text),
    "pack_signed": lambda text: PARTY.pack_signed(MESSAGE, sign_frm=text),
    "Message(to=)": lambda text: Message(type="https://example.org/a/1.0/b", to=text),
    "Message(frm=)": lambda text: Message(type="https://example.org/a/1.0/b", frm=text),
    "enc_alg_anon": lambda text: PackEncryptedConfig(enc_alg_anon=text),
    "enc_alg_auth": lambda text: PackEncryptedConfig(enc_alg_auth=text),
    "kid_in": lambda text: PARTY.pack_signed(MESSAGE, sign_frm="did:example:a", kid_in=text),
    "curves": lambda text: PARTY.pack(
        MESSAGE, to="did:example:bob", config=PackEncryptedConfig(curves=[text])
    ),
    "require_profile": lambda text: UnpackConfig(require_profile=text),
    "to_mismatch": lambda text: UnpackConfig(to_mismatch=text),
    "own_dids": lambda text: UnpackConfig(own_dids=text),
    "auth_curves": lambda text: PARTY.create_peer_did(auth_curves=[text]),
    "agreement_curves": lambda text: PARTY.create_peer_did(agreement_curves=text),
    "routing_keys": lambda text: PARTY.create_peer_did(
        service_endpoint="https://example.com", routing_keys=text
    ),
    "service_endpoint": lambda text: PARTY.create_peer_did(service_endpoint=text.partition("/")[2] or text),
    "serviceEndpoint": lambda text: encode_public_keys(
        agreement=[PUBLIC], services=[{**ENDPOINT, "serviceEndpoint": [text.replace(":", "")]}]
    ),
    "method": lambda text: create_public_key_did(agreement=[PUBLIC], method=text),
    "method, two keys": lambda text: create_public_key_did(agreement=[PUBLIC, PUBLIC], method=text),
    "base_url": lambda text: invitation_url(invitation("did:example:alice"), text.replace("://", "")),
    "base_url with an invitation": lambda text: invitation_url(
        invitation("did:example:alice"), f"https://example.com/{text}?_oob=1"
    ),
    "type of the invitation": lambda text: invitation_url(
        Message(type=f"https://example.org/{text}/1.0/b", frm="did:example:alice").replace(type=text),
        "https://example.com",
    ),
    "compat FromPrior": lambda text: CompatFromPrior(iss=text, sub=text),
    "compat FromPrior(sub=)": lambda text: CompatFromPrior(iss="did:example:alice", sub=text),
    "compat Message(body=)": lambda text: CompatMessage(body=text, id="1", type="a").as_dict(),
    "compat Secret": lambda text: secrets_util.secret_to_jwk_dict(
        CompatSecret("did:example:alice#1", "", VerificationMaterial(text, "AA"))
    ),
    "compat method": lambda text: VerificationMethodPeerDID.from_dict({"id": text, "type": text}),
    "compat method without a key": lambda text: VerificationMethodPeerDID.from_dict(
        {"id": text, "type": "Ed25519VerificationKey2020", "controller": text}
    ),
    "compat multibase": lambda text: multibase.encode(b"a", text),
    "compat multicodec": multicodec.SupportedCodecs.by_name,
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_an_error_does_not_repeat_a_private_key_or_a_passphrase(call: Call, hidden: str) -> None:
    with pytest.raises((TypeError, ValueError, DIDCommError)) as caught:
        call(hidden)
    raised: BaseException | None = caught.value
    while raised is not None:
        for text in (str(raised), repr(raised), *getattr(raised, "__notes__", [])):
            assert hidden not in text
            assert "hunter2" not in text
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (lambda: Secret.generate("x25519"), "x25519"),
        (lambda: Secret.generate("p_256"), "p_256"),
        (lambda: UnpackConfig(require_profile="DIDComm/v2"), "DIDComm/v2"),
        (
            lambda: PARTY.create_peer_did(routing_keys="did:example:m#1", service_endpoint="https://a"),
            "[...]",
        ),
        (lambda: Message(type="https://example.org/a/1.0/b", to="did:example:bob"), "did:example:bob"),
        (lambda: PARTY.pack(MESSAGE, to="bob"), "a str of 3 characters"),
        (lambda: PARTY.pack(MESSAGE, to="https://example.com/bob"), "'https://example.com/bob'"),
        (lambda: create_public_key_did(agreement=[PUBLIC], method=OTHER_METHOD), "'did:web'"),
    ],
)
def test_an_error_repeats_a_did_a_url_and_a_name_that_is_spelled_otherwise(
    call: Callable[[], object], shown: str
) -> None:
    with pytest.raises((TypeError, ValueError, DIDCommError)) as caught:
        call()
    assert shown in str(caught.value)
