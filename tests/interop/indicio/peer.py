"""Indicio's didcomm-messaging behind a pipe: one JSON request a line in, one JSON answer a line out.

Runs in a virtual environment of its own (requirements.txt next to this file), and knows nothing of pydidcomm.
The argument names the backend: `askar` or `authlib`, and libsodium does DIDComm v1. The package
hands an envelope inside an envelope to the caller as octets: they are handed in again here, as an application
has to do.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN204

import asyncio
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from didcomm_messaging import DIDCommMessaging
from didcomm_messaging.crypto import SecretsManager
from didcomm_messaging.packaging import PackagingService
from didcomm_messaging.resolver import DIDNotFound, DIDResolver
from didcomm_messaging.routing import RoutingService
from didcomm_messaging.v1.messaging import Target, V1DIDCommMessaging
from didcomm_messaging.v1.packaging import V1PackagingService

BACKEND = sys.argv[1]
if BACKEND == "askar":
    from aries_askar import Key, KeyAlg
    from didcomm_messaging.crypto.backend.askar import AskarCryptoService as Crypto
    from didcomm_messaging.crypto.backend.askar import AskarSecretKey
    from didcomm_messaging.v1.crypto.askar import AskarV1CryptoService as V1Crypto

    def secret_key(jwk):
        return AskarSecretKey(Key.from_jwk(jwk), jwk["kid"])

    def secret_of_seed(seed, kid):
        return AskarSecretKey(Key.from_secret_bytes(KeyAlg.ED25519, seed), kid)

else:
    from authlib.jose import JsonWebKey
    from didcomm_messaging.crypto.backend.authlib import AuthlibCryptoService as Crypto
    from didcomm_messaging.crypto.backend.authlib import AuthlibSecretKey
    from didcomm_messaging.legacy import crypto as legacy
    from didcomm_messaging.v1.crypto.nacl import KeyPair
    from didcomm_messaging.v1.crypto.nacl import NaclV1CryptoService as V1Crypto

    def secret_key(jwk):
        return AuthlibSecretKey(JsonWebKey.import_key(jwk), jwk["kid"])

    def secret_of_seed(seed, _kid):
        return KeyPair(*legacy.create_keypair(seed))


class Documents(DIDResolver):
    """The documents of the request."""

    def __init__(self, documents):
        self._documents = documents

    async def resolve(self, did):
        if did not in self._documents:
            raise DIDNotFound(did)
        return self._documents[did]

    async def is_resolvable(self, did):
        return did in self._documents


class NoRouting(RoutingService):
    """Leaves the envelope as it is: the package asks for a service else."""

    async def prepare_forward(self, _crypto, _packaging, _resolver, _secrets, _to, encoded_message):
        return encoded_message, []


class Secrets(SecretsManager):
    """The secrets of the request, each read when it is wanted: the package has fewer curves than they."""

    def __init__(self, jwks):
        self._jwks = {jwk["kid"]: jwk for jwk in jwks}

    async def get_secret_by_kid(self, kid):
        return secret_key(self._jwks[kid]) if kid in self._jwks else None


def messaging(request):
    routing = RoutingService() if request.get("forward") else NoRouting()
    return DIDCommMessaging(
        Crypto(), Secrets(request["secrets"]), Documents(request["documents"]), PackagingService(), routing
    )


async def do_hello(_request):
    packages = {"askar": ("aries-askar",), "authlib": ("Authlib", "PyNaCl")}[BACKEND]
    return {
        "Python": platform.python_version(),
        **{name: version(name) for name in ("didcomm-messaging", *packages)},
    }


async def do_pack_encrypted(request):
    peer = messaging(request)
    message = {"typ": "application/didcomm-plain+json", **request["message"]}
    if not request["protect"]:
        return (await peer.pack(message, request["to"], request["frm"])).message.decode()
    inner = await messaging({**request, "forward": False}).pack(message, request["to"], request["frm"])
    return (await peer.pack(inner.message, request["to"])).message.decode()


async def do_unpack(request):
    layers = [await messaging(request).unpack(request["packed"].encode())]
    while "ciphertext" in layers[-1].message:
        layers.append(await messaging(request).unpack(layers[-1].unpacked))
    sender = next((layer.sender_kid for layer in layers if layer.authenticated), None)
    facts = {
        "encrypted": layers[0].encrypted,
        "authenticated": any(layer.authenticated for layer in layers),
        "encrypted_from": sender,
    }
    return {"message": layers[-1].message, "metadata": facts}


async def do_unpack_forward(request):
    """What a mediator reads; the package has no words for it, so the plaintext is taken apart here."""
    message = (await messaging(request).unpack(request["packed"].encode())).message
    return {
        "next": message["body"]["next"],
        "forwarded": json.dumps(message["attachments"][0]["data"]["json"]),
    }


class Seeds(SecretsManager):
    """The seeds of the request, by verkey."""

    def __init__(self, seeds):
        self._seeds = seeds

    async def get_secret_by_kid(self, kid):
        return secret_of_seed(bytes.fromhex(self._seeds[kid]), kid) if kid in self._seeds else None


def v1_messaging(request):
    return V1DIDCommMessaging(V1Crypto(), Seeds(request["seeds"]), Documents({}), V1PackagingService())


async def do_v1_pack(request):
    target = Target(request["to"], request["routing_keys"], "https://example.com")
    packed = await v1_messaging(request).pack(request["message"], target, request["frm"])
    return packed.message.decode()


async def do_v1_unpack(request):
    unpacked = await v1_messaging(request).unpack(request["packed"].encode())
    return {
        "message": unpacked.unpacked.decode(),
        "sender": unpacked.sender_kid,
        "recipient": unpacked.recipient_kid,
    }


async def do_legacy_pack(request):
    sender = legacy.create_keypair(bytes.fromhex(request["seeds"][request["frm"]])) if request["frm"] else ()
    to = [legacy.b58_to_bytes(verkey) for verkey in request["to"]]
    return json.dumps(legacy.pack_message(request["message"], to, *sender))


async def do_legacy_unpack(request):
    (seed,) = request["seeds"].values()
    own = legacy.create_keypair(bytes.fromhex(seed))
    message, sender, recipient = legacy.unpack_message(request["packed"].encode(), *own)
    return {"message": message, "sender": sender, "recipient": recipient}


COMMANDS = {name[3:]: command for name, command in list(globals().items()) if name.startswith("do_")}


if __name__ == "__main__":
    # Python runs isolated, without the folders of the script
    sys.path.append(str(Path(__file__).parents[1]))
    from answering import serve

    serve(lambda request: asyncio.run(COMMANDS[request["command"]](request)))
