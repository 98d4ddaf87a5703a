"""SICPA's didcomm and peerdid from PyPI, measured; documents and secrets are parsed before."""

# the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN204

import json

from didcomm.common.algorithms import AnonCryptAlg
from didcomm.common.resolvers import ResolversConfig
from didcomm.did_doc.did_doc import DIDDoc
from didcomm.did_doc.did_resolver import DIDResolver
from didcomm.message import Message
from didcomm.pack_encrypted import PackEncryptedConfig, pack_encrypted
from didcomm.pack_signed import pack_signed
from didcomm.protocols.routing.forward import wrap_in_forward
from didcomm.secrets.secrets_resolver_in_memory import SecretsResolverInMemory
from didcomm.secrets.secrets_util import (
    generate_ed25519_keys_as_jwk_dict,
    generate_x25519_keys_as_jwk_dict,
    jwk_to_secret,
)
from didcomm.unpack import unpack
from peerdid.dids import create_peer_did_numalgo_2, resolve_peer_did
from peerdid.keys import Ed25519VerificationKey, X25519KeyAgreementKey
from serving import run


class Documents(DIDResolver):
    """Parsed documents from a dict."""

    def __init__(self, documents):
        self._documents = {did: DIDDoc.deserialize(document) for did, document in documents.items()}

    async def resolve(self, did):
        return self._documents.get(did)


RESOLVERS = {}


def resolvers(fixture):
    if not RESOLVERS:
        secrets = SecretsResolverInMemory([jwk_to_secret(jwk) for jwk in fixture["secrets"]])
        RESOLVERS["config"] = ResolversConfig(
            secrets_resolver=secrets, did_resolver=Documents(fixture["documents"])
        )
    return RESOLVERS["config"]


async def create():
    _, agreement = generate_x25519_keys_as_jwk_dict()
    _, signing = generate_ed25519_keys_as_jwk_dict()
    keys = [X25519KeyAgreementKey.from_jwk(agreement)], [Ed25519VerificationKey.from_jwk(signing)]
    return str(create_peer_did_numalgo_2(*keys, None))


async def resolve(did):
    return resolve_peer_did(did)


def prepare(fixture, operation):
    config, kind, to = resolvers(fixture), operation["kind"], operation.get("to")
    enc = next((alg for alg in AnonCryptAlg if alg.value.enc == operation.get("enc")), None)
    if kind == "pack":
        message, frm = Message.from_dict(operation["message"]), operation.get("frm")
        options = PackEncryptedConfig(enc_alg_anon=enc, protect_sender_id=operation["protect"], forward=False)
        return lambda: pack_encrypted(config, message, to=to, frm=frm, pack_config=options)
    if kind == "sign":
        message = Message.from_dict(operation["message"])
        return lambda: pack_signed(config, message, sign_frm=operation["sign_frm"])
    if kind in ("unpack", "verify"):
        return lambda: unpack(config, operation["packed"])
    if kind == "wrap":
        # the package takes it parsed, as its own packing hands it on
        packed, keys = json.loads(operation["packed"]), [operation["mediator"]]
        return lambda: wrap_in_forward(config, packed, to, keys, enc)
    return create if kind == "create" else lambda: resolve(operation["did"])


def show(result):
    if isinstance(result, str):
        return result
    if hasattr(result, "message") and hasattr(result.message, "as_dict"):
        return json.dumps(result.message.as_dict())
    if hasattr(result, "packed_msg"):
        return result.packed_msg
    if hasattr(result, "msg_encrypted"):
        return json.dumps(result.msg_encrypted.msg)
    return json.dumps(result.serialize())


if __name__ == "__main__":
    run(prepare, show)
