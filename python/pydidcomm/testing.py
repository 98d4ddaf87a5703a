"""Create received messages for tests of message handlers. Not for production: any sender can be claimed."""

from collections.abc import Mapping
from typing import Any

from pydidcomm._core import InMemorySecrets, Message, Secret, UnpackResult
from pydidcomm.config import UnpackConfig
from pydidcomm.sync.messaging import DIDCommMessaging

__all__ = ["received"]

_RECIPIENT = "did:example:recipient"


def received(
    message: Message | Mapping[str, Any],
    *,
    sender: str | None = None,
    recipient: str = _RECIPIENT,
    sign: bool = False,
    config: UnpackConfig | None = None,
) -> UnpackResult:
    """Return the result of `unpack` for a message from this sender.

    The message is packed with new keys and unpacked, so the result is that of a real envelope. The DIDs need
    not exist: none is resolved.

    Args:
        message: The message; a missing `frm` is filled in.
        sender: The DID of the proved sender; None for a message whose sender is not proved.
        recipient: Our DID that the message is encrypted to.
        sign: Whether the sender has signed the message.
        config: The requirements and limits for unpacking.

    Raises:
        ValueError: `sender` or `recipient` contradicts the message, or `sign` is set without `sender`.
        DIDCommError: `unpack` would refuse the message.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.testing import received
        >>> ping = Message(type="https://didcomm.org/trust-ping/2.0/ping")
        >>> received(ping, sender="did:example:alice").sender
        'did:example:alice'
        >>> received(ping).sender is None
        True
    """
    if sign and sender is None:
        reason = "`sign=True` needs `sender`, got None: pass the DID of the signer"
        raise ValueError(reason)
    parties = [did for did in (sender, recipient) if did is not None]
    keys = {did: _keys(did) for did in parties}
    secrets = InMemorySecrets(secret for pair in keys.values() for secret in pair)
    party = DIDCommMessaging(secrets, _Documents({did: _document(did, *pair) for did, pair in keys.items()}))
    signer = sender if sign else None
    packed = party.pack(message, to=recipient, frm=sender, sign_frm=signer, anonymous=sender is None)
    return party.unpack(packed.text, config=config)


class _Documents:
    """A resolver with the documents of one message's parties."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents

    def resolve(self, did: str, /) -> Mapping[str, Any] | None:
        """Return the document of the DID; None for another DID."""
        return self._documents.get(did)


def _keys(did: str) -> tuple[Secret, Secret]:
    return Secret.generate("X25519", kid=f"{did}#key-1"), Secret.generate("Ed25519", kid=f"{did}#key-2")


def _document(did: str, agreement: Secret, authentication: Secret) -> dict[str, Any]:
    methods = [
        {
            "id": secret.kid,
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": secret.public_multikey(),
        }
        for secret in (agreement, authentication)
    ]
    return {
        "id": did,
        "verificationMethod": methods,
        "keyAgreement": [agreement.kid],
        "authentication": [authentication.kid],
    }
