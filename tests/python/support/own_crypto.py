"""Crypto of an application, for Indicio's packaging: it encodes, and does not encrypt."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydidcomm.compat.didcomm_messaging import CryptoService
from pydidcomm.compat.didcomm_messaging.crypto import PublicKey, SecretKey
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweBuilder, JweEnvelope, JweRecipient
from support.indicio import (
    Backend,
    core_key,
)
from support.parties import b64

if TYPE_CHECKING:
    from collections.abc import Sequence


class OwnKey(PublicKey):
    """A public key that only its service understands."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    @classmethod
    def from_verification_method(cls, vm: Any) -> OwnKey:  # noqa: ANN401, a model of pydid
        return cls(str(vm.id))

    @property
    def kid(self) -> str:
        return self._kid

    @property
    def multikey(self) -> str:
        raise NotImplementedError


class OwnSecret(SecretKey):
    """A secret that is only a name."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    @property
    def kid(self) -> str:
        return self._kid


class OwnCrypto(CryptoService[OwnKey, OwnSecret]):
    """Crypto of an application: nothing is secret, and everything is remembered."""

    def __init__(self) -> None:
        self.called: list[tuple[Any, ...]] = []

    def _envelope(self, keys: Sequence[OwnKey], message: bytes, **header: str) -> bytes:
        apv = b64(sha256(".".join(sorted(key.kid for key in keys)).encode()).digest())
        builder = JweBuilder(with_flatten_recipients=False)
        for key in keys:
            builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": key.kid}))
        builder.set_protected({**header, "apv": apv})
        builder.set_payload(message, b"iv", b"tag")
        return builder.build().to_json().encode()

    async def ecdh_es_encrypt(self, to_keys: Sequence[OwnKey], message: bytes) -> bytes:
        self.called.append(("es", [key.kid for key in to_keys]))
        return self._envelope(to_keys, message, alg="ECDH-ES")

    async def ecdh_es_decrypt(self, enc_message: str | bytes, recip_key: OwnSecret) -> bytes:
        self.called.append(("es opened", recip_key.kid))
        return JweEnvelope.from_json(enc_message).ciphertext

    async def ecdh_1pu_encrypt(
        self, to_keys: Sequence[OwnKey], sender_key: OwnSecret, message: bytes
    ) -> bytes:
        self.called.append(("1pu", [key.kid for key in to_keys], sender_key.kid))
        return self._envelope(to_keys, message, alg="ECDH-1PU", apu=b64(sender_key.kid), skid=sender_key.kid)

    async def ecdh_1pu_decrypt(
        self, enc_message: str | bytes, recip_key: OwnSecret, sender_key: OwnKey
    ) -> bytes:
        self.called.append(("1pu opened", recip_key.kid, sender_key.kid))
        return JweEnvelope.from_json(enc_message).ciphertext

    @classmethod
    def verification_method_to_public_key(cls, vm: Any) -> OwnKey:  # noqa: ANN401, a model of pydid
        return OwnKey.from_verification_method(vm)


OWN = Backend("own", OwnCrypto, lambda curve, kid: (OwnSecret(kid), core_key(curve, kid)[1]), ())
