"""What an application does with `didcomm` and `peerdid`, on the originals and on the stand-ins alike.

Reads cases from the standard input, a JSON array of `[function, arguments]`, and writes what came of each:
`{"result": value}`, or `{"error": the name of the exception}` with its code where it has one.
"""

import asyncio
import json
import sys
import warnings

from didcomm.common.algorithms import AnonCryptAlg
from didcomm.common.resolvers import ResolversConfig
from didcomm.core.utils import get_did, is_did, is_did_with_uri_fragment
from didcomm.did_doc.did_doc import DIDCommService, DIDDoc, VerificationMethod
from didcomm.did_doc.did_resolver_in_memory import DIDResolverInMemory
from didcomm.message import Attachment, FromPrior, Message
from didcomm.pack_encrypted import PackEncryptedConfig, PackEncryptedParameters, pack_encrypted
from didcomm.pack_plaintext import pack_plaintext
from didcomm.pack_signed import pack_signed
from didcomm.protocols.routing.forward import (
    find_did_service,
    is_forward,
    resolve_did_services_chain,
    unpack_forward,
    wrap_in_forward,
)
from didcomm.secrets.secrets_resolver_in_memory import SecretsResolverInMemory
from didcomm.secrets.secrets_util import jwk_to_secret
from didcomm.unpack import UnpackConfig, unpack
from peerdid.dids import create_peer_did_numalgo_0, create_peer_did_numalgo_2, is_peer_did, resolve_peer_did
from peerdid.keys import BaseKey, Ed25519VerificationKey, KeyFormat, X25519KeyAgreementKey


class World:
    """The parties of the cases: their documents, and whose secrets are held."""

    def __init__(self, parties, holder):
        held = [jwk_to_secret(jwk) for jwk in parties[holder]["secrets"]]
        documents = [self.document(did, party) for did, party in parties.items()]
        self.config = ResolversConfig(SecretsResolverInMemory(held), DIDResolverInMemory(documents))

    @staticmethod
    def document(did, party):
        methods = [
            VerificationMethod(
                id=method["id"],
                type=method["type"],
                controller=did,
                public_key_jwk=method["publicKeyJwk"],
            )
            for method in party["verificationMethod"]
        ]
        services = [DIDCommService(recipient_keys=[], **service) for service in party.get("service", [])]
        return DIDDoc(
            id=did,
            verification_method=methods,
            key_agreement=party["keyAgreement"],
            authentication=party["authentication"],
            service=services,
        )


def message(headers):
    """A message of these arguments."""
    headers = dict(headers)
    if isinstance(headers.get("from_prior"), dict):
        headers["from_prior"] = FromPrior(**headers["from_prior"])
    if isinstance(headers.get("attachments"), list):
        headers["attachments"] = [Attachment.from_dict(entry) for entry in headers["attachments"]]
    return Message(**headers)


def config(options):
    """How to pack."""
    options = dict(options or {})
    if "enc_alg_anon" in options:
        options["enc_alg_anon"] = AnonCryptAlg[options["enc_alg_anon"]]
    return PackEncryptedConfig(**options)


def told(metadata):
    """What was proved, as JSON; the text of a signed layer is another in every run."""
    plain = {name: getattr(value, "name", value) for name, value in vars(metadata).items()}
    for name in ("signed_message", "from_prior_jwt"):
        plain[name] = plain[name] is not None
    return plain


def service_of(service):
    """A service, as far as packing looks at it."""
    if service is None:
        return None
    return [str(service.id), str(service.service_endpoint), [*map(str, service.routing_keys)], service.accept]


async def do_message(headers):
    return message(headers).as_dict()


async def do_from_dict(plain):
    return Message.from_dict(plain).as_dict()


async def do_attachment(plain):
    return Attachment.from_dict(plain).as_dict()


async def do_from_prior(claims):
    return FromPrior(**claims).as_dict()


async def do_did(text):
    return [bool(is_did(text)), bool(is_did_with_uri_fragment(text)), get_did(text)]


async def do_is_forward(plain):
    return is_forward(plain)


async def do_encrypt(parties, holder, headers, to, frm, sign_frm, options, params):
    packed = await pack_encrypted(
        World(parties, holder).config,
        message(headers),
        to,
        frm,
        sign_frm,
        config(options),
        PackEncryptedParameters(**params),
    )
    goes_to = packed.service_metadata
    return {
        "packed": packed.packed_msg,
        "to_kids": sorted(packed.to_kids),
        "from_kid": packed.from_kid,
        "sign_from_kid": packed.sign_from_kid,
        "from_prior_issuer_kid": packed.from_prior_issuer_kid,
        "goes_to": goes_to and [str(goes_to.id), str(goes_to.service_endpoint)],
    }


async def do_sign(parties, holder, headers, sign_frm):
    packed = await pack_signed(World(parties, holder).config, message(headers), sign_frm)
    return {"packed": packed.packed_msg, "sign_from_kid": packed.sign_from_kid}


async def do_plain(parties, holder, headers):
    packed = await pack_plaintext(World(parties, holder).config, message(headers))
    return {"packed": packed.packed_msg, "plain": json.loads(packed.packed_msg)}


async def do_unpack(parties, holder, packed, options):
    received = await unpack(World(parties, holder).config, packed, UnpackConfig(**options))
    return {"message": received.message.as_dict(), "metadata": told(received.metadata)}


async def do_forward(parties, holder, packed, every):
    received = await unpack_forward(World(parties, holder).config, packed, every)
    return {
        "next": received.forward_msg.body.next,
        "packed": json.dumps(received.forwarded_msg),
        "to": received.forwarded_msg_encrypted_to,
    }


async def do_wrap(parties, holder, packed, to, routing_keys, headers):
    world = World(parties, holder).config
    wrapped = await wrap_in_forward(world, json.loads(packed), to, routing_keys, headers=headers)
    if wrapped is None:
        return None
    return {"packed": json.dumps(wrapped.msg_encrypted.msg), "next": wrapped.msg.body.next}


async def do_services(parties, holder, to, service_id):
    world = World(parties, holder).config
    found = await find_did_service(world, to, service_id)
    chain = await resolve_did_services_chain(world, to, service_id)
    return [service_of(found), [*map(service_of, chain)]]


async def do_is_peer_did(text):
    return is_peer_did(text)


async def do_resolve(text, form):
    return resolve_peer_did(text, KeyFormat[form]).serialize()


async def do_create(agreement, signing, service):
    return str(
        create_peer_did_numalgo_2(
            [X25519KeyAgreementKey.from_multibase(key) for key in agreement],
            [Ed25519VerificationKey.from_multibase(key) for key in signing],
            service,
        )
    )


async def do_create_0(multibase):
    return str(create_peer_did_numalgo_0(BaseKey.from_multibase(multibase)))


async def do_key(member, value):
    key = getattr(BaseKey, f"from_{member}")(value)
    return [type(key).__name__, key.to_multibase(), key.public_key.hex()]


async def outcome(name, arguments):
    """What came of a case."""
    try:
        return {"result": await globals()[f"do_{name}"](*arguments)}
    except Exception as error:  # noqa: BLE001, whatever it is
        code = getattr(error, "code", None)
        return {"error": type(error).__name__, **({"code": code.name} if hasattr(code, "name") else {})}


async def main():
    """Runs all cases in turn."""
    return [await outcome(name, arguments) for name, arguments in json.load(sys.stdin)]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump(asyncio.run(main()), sys.stdout, default=str)
