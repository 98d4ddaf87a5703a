"""SICPA's didcomm behind a pipe: one JSON request a line in, one JSON answer a line out.

Runs in a virtual environment of its own (requirements.txt next to this file), and knows nothing of pydidcomm.
A request names a `command` and carries all that it needs: DID documents, secrets as JWKs, the message.
The answer is `{"result": ...}` or `{"error": {"type": ..., "text": ...}}`.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN202, ANN204

import asyncio
import json
import platform
import sys
from enum import Enum
from importlib.metadata import version
from pathlib import Path

from authlib.jose import jwt
from didcomm.common.algorithms import AnonCryptAlg, AuthCryptAlg
from didcomm.common.resolvers import ResolversConfig
from didcomm.core.anoncrypt import find_keys_and_anoncrypt
from didcomm.core.authcrypt import find_keys_and_authcrypt
from didcomm.core.keys.sign_keys_selector import find_signing_key
from didcomm.core.sign import sign
from didcomm.core.utils import extract_key
from didcomm.did_doc.did_doc import DIDDoc
from didcomm.did_doc.did_resolver import DIDResolver
from didcomm.message import Message
from didcomm.pack_encrypted import PackEncryptedConfig, PackEncryptedParameters, pack_encrypted
from didcomm.pack_plaintext import pack_plaintext
from didcomm.pack_signed import pack_signed
from didcomm.protocols.routing.forward import unpack_forward
from didcomm.secrets.secrets_resolver_in_memory import SecretsResolverInMemory
from didcomm.secrets.secrets_util import (
    generate_ed25519_keys_as_jwk_dict,
    generate_x25519_keys_as_jwk_dict,
    jwk_to_secret,
)
from didcomm.unpack import UnpackConfig, unpack
from peerdid.dids import create_peer_did_numalgo_0, create_peer_did_numalgo_2, resolve_peer_did
from peerdid.keys import Ed25519VerificationKey, KeyFormat, X25519KeyAgreementKey


class Documents(DIDResolver):
    """The documents of the request, and did:peer by peerdid where the request asks for it."""

    def __init__(self, documents, peerdid, *, old_services=False):
        self._documents = documents
        self._peerdid = peerdid
        self._old_services = old_services

    async def resolve(self, did):
        document = self._documents.get(did)
        if document is not None and self._old_services:
            services = [old_service(service) for service in document.get("service", [])]
            document = {**document, "service": services}
        if document is None and did.startswith("did:peer:") and self._peerdid != "never":
            document = peer_document(did, self._peerdid)
        return document and DIDDoc.deserialize(document)


def old_service(service):
    """The service as documents had it before DIDComm v2, the only form that didcomm can forward by."""
    endpoint = service["serviceEndpoint"]
    return {
        "id": service["id"],
        "type": service["type"],
        "serviceEndpoint": endpoint["uri"],
        "accept": endpoint["accept"],
        "routingKeys": endpoint["routingKeys"],
        "recipientKeys": [],
    }


def peer_document(did, naming):
    """What peerdid resolves.

    Its ids are `#` and 8 characters, which didcomm cannot use; `absolute` writes them as peerdid did up to
    0.4: the DID, `#` and the whole key.
    """
    document = resolve_peer_did(did, KeyFormat.MULTIBASE).serialize()
    if naming == "raw":
        return document
    methods = document["verificationMethod"]
    absolute = {method["id"]: f"{did}#{method['publicKeyMultibase'][1:]}" for method in methods}
    for method in methods:
        method["id"] = absolute[method["id"]]
    for relationship in ("authentication", "keyAgreement", "assertionMethod"):
        document[relationship] = [absolute[kid] for kid in document.get(relationship, [])]
    for relationship in ("capabilityInvocation", "capabilityDelegation"):
        document.pop(relationship, None)
    return document


def resolvers(request):
    return ResolversConfig(
        secrets_resolver=SecretsResolverInMemory([jwk_to_secret(jwk) for jwk in request["secrets"]]),
        did_resolver=Documents(
            request["documents"], request["peerdid"], old_services=request.get("forward", False)
        ),
    )


def anon_alg(request):
    return next(alg for alg in AnonCryptAlg if alg.value.enc == request["enc"])


async def do_hello(_request):
    packages = ("didcomm", "peerdid", "Authlib", "pydantic")
    return {"Python": platform.python_version(), **{package: version(package) for package in packages}}


async def do_create_peer_did(request):
    keys = [generate_x25519_keys_as_jwk_dict() for _ in range(request["agreement_keys"])]
    signing_private, signing_public = generate_ed25519_keys_as_jwk_dict()
    agreement = [X25519KeyAgreementKey.from_jwk(public) for _, public in keys]
    signing = Ed25519VerificationKey.from_jwk(signing_public)
    did = str(create_peer_did_numalgo_2(agreement, [signing], request["service"]))
    named = [*zip(agreement, [private for private, _ in keys], strict=True), (signing, signing_private)]
    return {"did": did, "secrets": [{**jwk, "kid": f"{did}#{key.to_multibase()[1:]}"} for key, jwk in named]}


async def do_create_did(request):
    """A did:peer of the Multikeys and services of the request."""
    agreement = [X25519KeyAgreementKey.from_multibase(key) for key in request["agreement"]]
    signing = [Ed25519VerificationKey.from_multibase(key) for key in request["signing"]]
    if request["method"] == 0:
        return str(create_peer_did_numalgo_0(signing[0]))
    services = request["services"]
    service = services[0] if len(services) == 1 else services or None
    return str(create_peer_did_numalgo_2(agreement, signing, service))


async def do_resolve(request):
    return peer_document(request["did"], request["peerdid"])


async def do_pack_encrypted(request):
    packed = await pack_encrypted(
        resolvers(request),
        Message.from_dict(request["message"]),
        to=request["to"],
        frm=request["frm"],
        sign_frm=request["sign_frm"],
        pack_config=PackEncryptedConfig(
            enc_alg_anon=anon_alg(request), protect_sender_id=request["protect"], forward=request["forward"]
        ),
        pack_params=PackEncryptedParameters(),
    )
    return packed.packed_msg


async def do_pack_plaintext(request):
    return (await pack_plaintext(resolvers(request), Message.from_dict(request["message"]))).packed_msg


async def do_pack_signed(request):
    message = Message.from_dict(request["message"])
    return (await pack_signed(resolvers(request), message, sign_frm=request["sign_frm"])).packed_msg


async def do_assemble(request):
    """Layers put together below the checks of `pack_encrypted`, the innermost first."""
    config = resolvers(request)
    layer = dict(request["message"])
    if request["from_prior"] is not None:
        kid, claims = request["from_prior"]["kid"], request["from_prior"]["claims"]
        key = extract_key(await find_signing_key(kid, config), align_kid=True)
        layer["from_prior"] = jwt.encode({"alg": "EdDSA"}, claims, key).decode()
    for step in request["layers"]:
        if step["layer"] == "sign":
            layer = (await sign(layer, step["frm"], config)).msg
        elif step["layer"] == "authcrypt":
            alg = AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW
            layer = (await find_keys_and_authcrypt(layer, step["to"], step["frm"], alg, config)).msg
        else:
            layer = (await find_keys_and_anoncrypt(layer, step["to"], anon_alg(request), config)).msg
    return json.dumps(layer)


async def do_unpack(request):
    config = UnpackConfig(expect_decrypt_by_all_keys=request["all_keys"])
    unpacked = await unpack(resolvers(request), request["packed"], config)
    return {"message": unpacked.message.as_dict(), "metadata": plain(vars(unpacked.metadata))}


async def do_unpack_forward(request):
    """What a mediator reads: to whom it passes the message on, and the message."""
    result = await unpack_forward(resolvers(request), request["packed"], decrypt_by_all_keys=False)
    return {"next": result.forward_msg.body.next, "forwarded": json.dumps(result.forwarded_msg)}


def plain(metadata):
    def name(fact):
        if isinstance(fact, Enum):
            return getattr(fact.value, "enc", fact.value)
        return fact

    return {key: name(fact) for key, fact in metadata.items()}


COMMANDS = {name[3:]: command for name, command in list(globals().items()) if name.startswith("do_")}


def answer(request):
    return asyncio.run(COMMANDS[request["command"]](request))


def described(error):
    text = getattr(error, "message", None) or str(error)
    code = getattr(error, "code", None)
    return f"{code.name}: {text}" if code else str(text)


if __name__ == "__main__":
    # Python runs isolated, without the folders of the script
    sys.path.append(str(Path(__file__).parents[1]))
    from answering import serve

    serve(answer, described)
