"""External keys (HSM, KMS): DIDs of existing public keys, and a test of a key before use."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydidcomm._core import (
    LocalResolver,
    Message,
    PublicKey,
    encode_public_keys,
)
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive
from pydidcomm._shown import describe
from pydidcomm.config import ResolversConfig
from pydidcomm.errors import DIDCommError

__all__ = ["PublicKeyDid", "create_public_key_did"]

_AGREE = ("X25519", "P-256", "P-384", "P-521")
_SIGN = ("Ed25519", "P-256", "secp256k1")

_METHODS = ("did:peer:2", "did:key", "did:jwk")


class PublicKeyDid(NamedTuple):
    """A DID created from existing public keys, with the kids of these.

    Attributes:
        did: The DID.
        key_agreement: The kids of the keys that messages are encrypted to, in the order of the document.
        authentication: The kids of the keys that sign, in the order of the document.
    """

    did: str
    key_agreement: tuple[str, ...]
    authentication: tuple[str, ...]


def create_public_key_did(
    *,
    agreement: Sequence[PublicKey] = (),
    authentication: Sequence[PublicKey] = (),
    method: Literal["did:peer:2", "did:key", "did:jwk"] = "did:peer:2",
    services: Sequence[Mapping[str, Any]] = (),
) -> PublicKeyDid:
    """Create a DID from existing public keys, and return it with the kids of its keys.

    The private keys stay in their HSM or KMS: a secrets resolver returns a `KeyAgreementKey` or a
    `SigningKey` for these kids.

    Args:
        agreement: The keys that messages are encrypted to.
        authentication: The keys that sign.
        method: The DID method; did:key and did:jwk have exactly one key.
        services: The services of a did:peer:2, each as a DID document has it.

    Raises:
        ValueError: The number of keys, or a curve, does not fit the method.

    Example:
        >>> from pydidcomm import PublicKey
        >>> from pydidcomm.external_keys import create_public_key_did
        >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
        >>> made = create_public_key_did(agreement=[key])
        >>> made.key_agreement == (f"{made.did}#key-1",)
        True
    """
    if method not in _METHODS:
        reason = f"`method` must be did:peer:2, did:key or did:jwk, got {describe(method, _METHODS)}"
        raise ValueError(reason)
    if method == "did:peer:2":
        did = encode_public_keys(
            agreement=[*agreement], authentication=[*authentication], services=[*services]
        )
    else:
        keys = [*agreement, *authentication]
        if len(keys) != 1 or services:
            reason = (
                f"`method={method!r}` must have one key and no service, got {len(keys)} keys and "
                f"{len(services)} services"
            )
            raise ValueError(reason)
        jwk = json.dumps(keys[0].jwk(), separators=(",", ":")).encode()
        encoded = base64.urlsafe_b64encode(jwk).rstrip(b"=").decode()
        did = f"did:key:{keys[0].multikey()}" if method == "did:key" else f"did:jwk:{encoded}"
    document = LocalResolver().resolve(did)
    if document is None:
        reason = f"{did} does not resolve"
        raise ValueError(reason)
    return PublicKeyDid(did, document.key_agreement, document.authentication)


class _OneKey:
    """A secrets resolver that returns one external key for every kid."""

    def __init__(self, handle: object) -> None:
        self._handle = handle

    def get_key(self, kid: str) -> Any:  # noqa: ANN401, ARG002, an external key
        return self._handle

    def get_keys(self, kids: list[str]) -> list[str]:
        return kids


def _checks(handle: object, public_key: PublicKey) -> list[tuple[str, ResolversConfig, str]]:
    """Return the operations to test, each with its resolvers and its DID."""
    resolvers = ResolversConfig(secrets_resolver=_OneKey(handle), did_resolver=LocalResolver())
    found: list[tuple[str, ResolversConfig, str]] = []
    if hasattr(handle, "agree") and public_key.curve in _AGREE:
        found.append(("agree", resolvers, encode_public_keys(agreement=[public_key])))
    if hasattr(handle, "sign") and public_key.curve in _SIGN:
        found.append(("sign", resolvers, encode_public_keys(authentication=[public_key])))
    if not found:
        reason = f"the external key must have `agree` or `sign`, as its curve {public_key.curve} supports it"
        raise TypeError(reason)
    return found


def _message() -> Message:
    return Message(type="https://didcomm.org/empty/1.0/empty")


def _mismatch(operation: str, error: DIDCommError) -> ValueError:
    return ValueError(f"`{operation}` of the external key does not belong to the public key: {error}")


async def check_key(handle: object, public_key: PublicKey) -> None:
    """Check that an external key works and belongs to the public key, with a message that is not sent.

    Args:
        handle: The external key, with `agree`, `sign` or both, plain or async.
        public_key: The public key.

    Raises:
        TypeError: The key has no method for its curve, or a method does not return bytes.
        ValueError: The result of a method has another length or form, or belongs to another key.
    """
    for operation, resolvers, did in _checks(handle, public_key):
        try:
            if operation == "agree":
                packed = await drive(
                    operations.pack_encrypted(resolvers, _message(), did, None, None, None, None), resolvers
                )
                await drive(operations.unpack(resolvers, packed.packed_msg, None), resolvers)
            else:
                await drive(operations.pack_signed(resolvers, _message(), did, "header"), resolvers)
        except DIDCommError as error:
            raise _mismatch(operation, error) from error
