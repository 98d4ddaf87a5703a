"""Indicio's didcomm-messaging behind a pipe: one JSON request a line in, one JSON answer a line out.

Runs in a virtual environment of its own (requirements.txt beside this file), and knows nothing of pydidcomm.
The argument names the backend: `askar` or `authlib`. The package hands an envelope inside an envelope to the
caller as octets: they are handed in again here, as an application has to do.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN204

import asyncio
import json
import platform
import sys
from importlib.metadata import version

from didcomm_messaging import DIDCommMessaging
from didcomm_messaging.crypto import SecretsManager
from didcomm_messaging.packaging import PackagingService
from didcomm_messaging.resolver import DIDNotFound, DIDResolver
from didcomm_messaging.routing import RoutingService

BACKEND = sys.argv[1]
if BACKEND == "askar":
    from aries_askar import Key
    from didcomm_messaging.crypto.backend.askar import AskarCryptoService as Crypto
    from didcomm_messaging.crypto.backend.askar import AskarSecretKey

    def secret_key(jwk):
        return AskarSecretKey(Key.from_jwk(jwk), jwk["kid"])

else:
    from authlib.jose import JsonWebKey
    from didcomm_messaging.crypto.backend.authlib import AuthlibCryptoService as Crypto
    from didcomm_messaging.crypto.backend.authlib import AuthlibSecretKey

    def secret_key(jwk):
        return AuthlibSecretKey(JsonWebKey.import_key(jwk), jwk["kid"])


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
    package = {"askar": "aries-askar", "authlib": "Authlib"}[BACKEND]
    return {
        "Python": platform.python_version(),
        **{name: version(name) for name in ("didcomm-messaging", package)},
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


COMMANDS = {name[3:]: command for name, command in list(globals().items()) if name.startswith("do_")}


def answer(line):
    try:
        request = json.loads(line)
        return {"result": asyncio.run(COMMANDS[request["command"]](request))}
    except Exception as error:  # noqa: BLE001, every error of the peer is an answer
        return {"error": {"type": type(error).__name__, "text": str(error)}}


def main():
    answers, sys.stdout = sys.stdout, sys.stderr  # what a package prints is no answer
    for line in sys.stdin:
        answers.write(json.dumps(answer(line)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
