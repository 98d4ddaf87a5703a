"""The result of verifying the signature of an attachment."""

from dataclasses import dataclass

from pydidcomm.algorithms import SignAlg

__all__ = ["AttachmentSignature"]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class AttachmentSignature:
    """A verified signature over the content of an attachment. Only `verify_attachment` returns one.

    Attributes:
        kid: The key that signed, listed under `authentication` of its DID.
        did: The DID that signed. None where the signature does not cover `kid` and `signer` was not passed to
            `verify_attachment`: several DIDs can list one key, and every party that passed the attachment on
            may have changed `kid`.
        algorithm: The algorithm of the signature.
    """

    kid: str
    did: str | None
    algorithm: SignAlg
