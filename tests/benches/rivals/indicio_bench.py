"""Indicio's didcomm-messaging from PyPI, measured; documents and secrets are parsed before.

The argument names the backend: `askar` or `authlib`. The package parses a document at every call unless its
resolver is set not to, as here.
"""

# the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN204

import json
import sys

from did_peer_2 import KeySpec, generate
from did_peer_2 import resolve as resolve_peer_did
from didcomm_messaging import DIDCommMessaging
from didcomm_messaging.crypto import SecretsManager
from didcomm_messaging.packaging import PackagingService
from didcomm_messaging.resolver import DIDNotFound, DIDResolver
from didcomm_messaging.routing import RoutingService
from pydid import DIDDocument
from serving import run

BACKEND = sys.argv[1]
if BACKEND == "askar":
    from aries_askar import Key, KeyAlg
    from didcomm_messaging.crypto.backend.askar import AskarCryptoService as Crypto
    from didcomm_messaging.crypto.backend.askar import AskarKey, AskarSecretKey

    def secret_key(jwk):
        return AskarSecretKey(Key.from_jwk(jwk), jwk["kid"])

    def new_keys():
        return (AskarKey(Key.generate(alg), "").multikey for alg in (KeyAlg.X25519, KeyAlg.ED25519))

    def known_form(method):
        return method

else:
    from authlib.jose import JsonWebKey, OKPKey
    from didcomm_messaging.crypto.backend.authlib import AuthlibCryptoService as Crypto
    from didcomm_messaging.crypto.backend.authlib import AuthlibKey, AuthlibSecretKey

    def secret_key(jwk):
        return AuthlibSecretKey(JsonWebKey.import_key(jwk), jwk["kid"])

    def new_keys():
        return (AuthlibKey(OKPKey.generate_key(curve), "").multikey for curve in ("X25519", "Ed25519"))

    def known_form(method):
        """The method as a Multikey: this backend reads no JWK there."""
        try:
            multikey = AuthlibKey(JsonWebKey.import_key(method["publicKeyJwk"]), method["id"]).multikey
        except ValueError:
            return method
        known = {name: method[name] for name in ("id", "controller")}
        return {**known, "type": "Multikey", "publicKeyMultibase": multikey}


def known(document):
    methods = [known_form(method) for method in document["verificationMethod"]]
    return {**document, "verificationMethod": methods}


async def create():
    agreement, signing = new_keys()
    return generate([KeySpec.key_agreement(agreement), KeySpec.authentication(signing)], [])


class Documents(DIDResolver):
    """Parsed documents from a dict."""

    def __init__(self, documents):
        self._documents = documents
        self._parsed = {did: DIDDocument.deserialize(known(document)) for did, document in documents.items()}

    async def resolve(self, did):
        if did not in self._documents:
            raise DIDNotFound(did)
        return self._documents[did]

    async def resolve_and_parse(self, did):
        if did not in self._parsed:
            raise DIDNotFound(did)
        return self._parsed[did]

    async def is_resolvable(self, did):
        return did in self._documents


class NoRouting(RoutingService):
    """Leaves the envelope as it is: the package asks for a service else."""

    async def prepare_forward(self, _crypto, _packaging, _resolver, _secrets, _to, encoded_message):
        return encoded_message, []


class Secrets(SecretsManager):
    """Secrets from a dict, each parsed once; the package has fewer curves than there are."""

    def __init__(self, jwks):
        self._jwks = {jwk["kid"]: jwk for jwk in jwks}
        self._keys = {}

    async def get_secret_by_kid(self, kid):
        if kid not in self._keys and kid in self._jwks:
            self._keys[kid] = secret_key(self._jwks[kid])
        return self._keys.get(kid)


PEER = {}


def messaging(fixture):
    if not PEER:
        secrets, documents = Secrets(fixture["secrets"]), Documents(fixture["documents"])
        parts = Crypto(), secrets, documents, PackagingService(), NoRouting()
        PEER["all"] = DIDCommMessaging(*parts), parts
    return PEER["all"]


async def resolve(did):
    return resolve_peer_did(did)


async def forward(parts, operation):
    """One layer, by the two functions of which the package's own loop over services consists."""
    crypto, secrets, documents, packaging, routing = parts
    mediator, packed = operation["mediator"], operation["packed"].encode()
    message = routing._create_forward_message(mediator, operation["to"], packed)  # noqa: SLF001
    return await packaging.pack(crypto, documents, secrets, json.dumps(message).encode(), [mediator])


def prepare(fixture, operation):
    peer, parts = messaging(fixture)
    crypto, secrets, documents, packaging, _ = parts
    kind, to, frm = operation["kind"], operation.get("to"), operation.get("frm")
    if kind == "create":
        return create
    if kind == "resolve":
        return lambda: resolve(operation["did"])
    if kind in ("sign", "verify"):
        message = "it signs nothing"
        raise NotImplementedError(message)
    if operation["protect"] or (frm is None and operation["enc"] != "XC20P"):
        message = "it has one layer, and XC20P in anoncrypt"
        raise NotImplementedError(message)
    if kind == "wrap":
        return lambda: forward(parts, operation)
    if kind == "unpack":
        packed = operation["packed"].encode()
        return lambda: read(peer, packed)
    message = operation["message"]
    kids = fixture["documents"][to]["keyAgreement"]
    if len(kids) == 1:
        return lambda: peer.pack(message, to, frm)
    return lambda: packaging.pack(
        crypto, documents, secrets, json.dumps(message, separators=(",", ":")).encode(), kids, frm
    )


async def read(peer, packed):
    """The message, parsed, which the package leaves to the caller."""
    return (await peer.unpack(packed)).message


def show(result):
    if isinstance(result, str):
        return result
    if isinstance(result, bytes):
        return result.decode()
    if isinstance(result, dict):
        return json.dumps(result)
    return result.message.decode()


if __name__ == "__main__":
    run(prepare, show)
