"""Pack and unpack one layer: find keys, call a crypto service, verify the claims.

pydidcomm's core chooses the keys of a layer, checks that they are listed under `keyAgreement`, and verifies
`from` and `from_prior`. The crypto service performs the cryptography.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, NoReturn

from pydid import DIDDocument, DIDUrl, VerificationMethod

from pydidcomm.compat._json import looks_like_object, read_object
from pydidcomm.compat.didcomm_messaging import _steps
from pydidcomm.compat.didcomm_messaging._steps import translate_errors
from pydidcomm.compat.didcomm_messaging.crypto import CryptoService, P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreBackedService, absolute_kid
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope, b64url, from_b64url
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolver

__all__ = ["PackagingService", "PackagingServiceError", "PackedMessageMetadata"]

_CLAIMS = ("from", "from_prior")
"""The headers about the sender of a message."""


@dataclass
class PackedMessageMetadata(Generic[S]):
    """The headers of an envelope, and the secret that decrypts it.

    Attributes:
        wrapper: The envelope.
        method: The key agreement algorithm.
        recip_key: The secret that decrypts it.
        sender_kid: The sender's key in authcrypt.
    """

    wrapper: JweEnvelope
    method: Literal["ECDH-ES", "ECDH-1PU"]
    recip_key: S
    sender_kid: str | None


class PackagingServiceError(Exception):
    """A layer cannot be packed, or is refused."""


class PackagingService(Generic[P, S]):
    """Packs and unpacks one layer."""

    async def extract_packed_message_metadata(
        self, enc_message: str | bytes, secrets: SecretsManager[S]
    ) -> PackedMessageMetadata[S]:
        """The headers of an envelope, and the secret that decrypts it.

        Raises:
            PackagingServiceError: It is not an envelope of DIDComm v2, or is not for these secrets.
        """
        try:
            wrapper = JweEnvelope.from_json(enc_message)
        except ValueError:
            _refuse("Invalid packed message")
        alg = wrapper.protected.get("alg")
        if not alg:
            _refuse("Missing alg header")
        method, kids = _method(alg), _kids(wrapper)
        recip_key = await _find_held(kids, secrets)
        apv = wrapper.protected.get("apv")
        if not apv:
            _refuse("Missing apv header")
        # the specification sorts the ids, the original does not
        if apv != b64url(hashlib.sha256(".".join(sorted(kids)).encode()).digest()):
            _refuse("Invalid apv value")
        sender_kid = _sender_kid(wrapper.protected) if method == "ECDH-1PU" else None
        return PackedMessageMetadata(wrapper, method, recip_key, sender_kid)

    async def unpack(
        self,
        crypto: CryptoService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        enc_message: str | bytes,
    ) -> tuple[bytes, PackedMessageMetadata[S]]:
        """Decrypt one layer, and return its headers.

        If the content is a message, `from` is the DID of the authcrypt key, and `from_prior` is proved.

        Raises:
            PackagingServiceError: It is not an envelope of DIDComm v2, not for these secrets, the
                sender's key is not one for agreement, or the message claims what is not proved. Also
                raised where the plaintext begins like a JSON object and does not have one meaning.
            CryptoServiceError: The envelope cannot be decrypted.
        """
        metadata = await self.extract_packed_message_metadata(enc_message, secrets)
        if metadata.sender_kid is None:
            raw = await crypto.ecdh_es_decrypt(enc_message, metadata.recip_key)
        else:
            # a resolver may raise ValueError for a malformed DID
            with translate_errors(PackagingServiceError, ValueError):
                sender = await self.recip_for_kid_or_default_for_did(crypto, resolver, metadata.sender_kid)
            raw = await crypto.ecdh_1pu_decrypt(enc_message, metadata.recip_key, sender)
        claims = _claims(raw)
        if claims:
            sender_kid = metadata.sender_kid if "from" in claims else None
            with translate_errors(PackagingServiceError, ValueError):
                await _steps.check_claims(resolver, claims, sender_kid)
        return raw, metadata

    async def recip_for_kid_or_default_for_did(
        self, crypto: CryptoService[P, S], resolver: DIDResolver, kid_or_did: str
    ) -> P:
        """Return the key with that kid, or the first key for agreement of a DID.

        Raises:
            PackagingServiceError: The DID document does not list such a key under `keyAgreement`.
        """
        if isinstance(crypto, CoreBackedService):
            with translate_errors(PackagingServiceError):
                kid, key = await _steps.agreement_key(resolver, kid_or_did)
            named: P = crypto.named(key, kid_or_did if "#" in kid_or_did else kid)
            return named
        did, _, fragment = kid_or_did.partition("#")
        methods = _agreement_methods(await resolver.resolve_and_parse(did))
        found = [method for method in methods if not fragment or absolute_kid(method) == kid_or_did]
        if not found:
            _refuse("No key agreement methods found; cannot determine recipient")
        return crypto.verification_method_to_public_key(found[0])

    async def default_sender_kid_for_did(self, resolver: DIDResolver, did: str) -> str:
        """Return the kid of the first key for agreement of a DID; a kid is returned unchanged.

        Raises:
            PackagingServiceError: The DID document does not list a key under `keyAgreement`.
        """
        if "#" in did:
            return did
        methods = _agreement_methods(await resolver.resolve_and_parse(did))
        if not methods:
            _refuse("No key agreement methods found; cannot determine recipient")
        return absolute_kid(methods[0])

    async def pack(  # noqa: PLR0913, PLR0917, the arguments of the original
        self,
        crypto: CryptoService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        message: bytes,
        to: Sequence[str],
        frm: str | None = None,
        **options: Any,  # noqa: ARG002, ANN401, taken and passed over, as releases of the original do
    ) -> bytes:
        """Encrypt bytes in one layer: authcrypt with a sender, anoncrypt without.

        A service over pydidcomm's core encrypts to all keys of a DID on one curve, any other to the first.

        Raises:
            PackagingServiceError: A key or a secret was not found.
            CryptoServiceError: The keys cannot share one envelope.
        """
        if isinstance(crypto, CoreBackedService):
            recipients, sender_key = await self._keys(crypto, resolver, secrets, to, frm)
        else:
            recipients = [await self.recip_for_kid_or_default_for_did(crypto, resolver, kid) for kid in to]
            sender_kid = await self.default_sender_kid_for_did(resolver, frm) if frm else None
            sender_key = await secrets.get_secret_by_kid(sender_kid) if sender_kid else None
        if frm and not sender_key:
            _refuse("No sender key found")
        if sender_key:
            return await crypto.ecdh_1pu_encrypt(recipients, sender_key, message)
        return await crypto.ecdh_es_encrypt(recipients, message)

    @staticmethod
    async def _keys(
        crypto: CoreBackedService[P, S],
        resolver: DIDResolver,
        secrets: SecretsManager[S],
        to: Sequence[str],
        frm: str | None,
    ) -> tuple[list[P], S | None]:
        """Return the keys that the core chooses."""
        held = _steps.Secrets(secrets, crypto.held)
        recipients: list[P] = []
        sender_key: S | None = None
        for party in to:
            with translate_errors(PackagingServiceError):
                keys, sender = await _steps.layer_keys(resolver, held, party, frm)
            recipients += [crypto.named(key, kid) for kid, key in keys]
            if sender:
                # the secrets manager may store it under an older kid
                sender_key = held.found.get(sender) or next(iter(held.found.values()))
        return recipients, sender_key


def _refuse(text: str) -> NoReturn:
    raise PackagingServiceError(text)


def _method(alg: object) -> Literal["ECDH-ES", "ECDH-1PU"]:
    name = str(alg)
    if "ECDH-1PU" in name:
        return "ECDH-1PU"
    if "ECDH-ES" in name:
        return "ECDH-ES"
    _refuse(f"Unsupported DIDComm encryption algorithm: {alg}")


def _kids(wrapper: JweEnvelope) -> list[str]:
    kids: list[object] = [*wrapper.recipient_key_ids]
    if not all(isinstance(kid, str) for kid in kids):
        _refuse("Invalid packed message")
    return [str(kid) for kid in kids]


async def _find_held(kids: Sequence[str], secrets: SecretsManager[S]) -> S:
    for kid in kids:
        secret = await secrets.get_secret_by_kid(kid)
        if secret:
            return secret
    _refuse("No recognized recipient key")


def _sender_kid(protected: dict[str, Any]) -> str:
    apu = protected.get("apu")
    if not apu:
        _refuse("Missing apu header")
    try:
        named = from_b64url(apu).decode()
    except ValueError:
        _refuse("Invalid apu value")
    sender_kid = protected.get("skid") or named
    if sender_kid != named:
        _refuse("Mismatch between skid and apu")
    if not sender_kid:
        _refuse("Sender key ID not provided")
    if "#" not in named:
        _refuse("Invalid apu value")
    return named


def _agreement_methods(document: DIDDocument) -> list[VerificationMethod]:
    """Return the verification methods under `keyAgreement`, referenced or embedded."""
    methods: list[VerificationMethod] = []
    for entry in document.key_agreement or []:
        method = document.dereference(entry) if isinstance(entry, DIDUrl) else entry
        if not isinstance(method, VerificationMethod):
            _refuse(f"Expected verification method, found: {type(method)}")
        methods.append(method)
    return methods


def _claims(raw: bytes) -> dict[str, Any]:
    """Return the claims of a plaintext about its sender; none where no JSON reader would read an object."""
    if not looks_like_object(raw):
        return {}
    with translate_errors(PackagingServiceError):
        headers = read_object(raw)
    return {name: headers[name] for name in _CLAIMS if name in headers}
