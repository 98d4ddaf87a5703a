"""The exceptions of pydidcomm, by who must act.

An exception of the program's own resolver passes through as it was raised, with a note that names what was
being resolved. Misuse of the API is a `TypeError` or a `ValueError`. Texts name identifiers and algorithms,
never content or key material; line breaks, terminal escapes and bidi controls are escaped in them, and the
attributes have the original.

Each class has a stable `code`, which a problem report can carry. It is a problem code of DIDComm v2.1
("Problem Codes"): `e`, the scope `p`, then the descriptors, of which the first is the specification's.

| code | exception |
|---|---|
| e.p.me | DIDCommError |
| e.p.msg.malformed | MalformedMessageError |
| e.p.msg.unsupported | UnsupportedError |
| e.p.msg.content-not-included | ContentNotFoundError |
| e.p.did.malformed-document | MalformedDocumentError |
| e.p.did.no-common-curve | IncompatibleKeysError |
| e.p.did.not-found | DidNotFoundError |
| e.p.did.resolution | ResolutionError |
| e.p.did.deactivated | DidDeactivatedError |
| e.p.did.key-not-found | KeyNotFoundError |
| e.p.me.not-found | NotFoundError |
| e.p.me.secret-not-found | SecretNotFoundError |
| e.p.xfer.no-endpoint | EndpointNotFoundError |
| e.p.xfer.undelivered | DeliveryError |
| e.p.trust.unproved | UntrustedMessageError |
| e.p.trust.replayed | ReplayedMessageError |
| e.p.trust.crypto.decryption | DecryptionError |
| e.p.trust.crypto.signature | InvalidSignatureError |
| e.p.req.policy | PolicyError |

The exceptions of `pydidcomm.secrets` have the codes e.p.me.secrets-locked, e.p.me.secrets-unavailable and
e.p.me.key-exists.
"""

from pydidcomm.errors._form import (
    IncompatibleKeysError,
    MalformedDocumentError,
    MalformedMessageError,
    UnsupportedError,
)
from pydidcomm.errors._network import DeliveryError, ResolutionError
from pydidcomm.errors._not_found import (
    ContentNotFoundError,
    DidDeactivatedError,
    DidNotFoundError,
    EndpointNotFoundError,
    KeyNotFoundError,
    NotFoundError,
    SecretNotFoundError,
)
from pydidcomm.errors._root import DIDCommError
from pydidcomm.errors._trust import (
    DecryptionError,
    InvalidSignatureError,
    PolicyError,
    ReplayedMessageError,
    UntrustedMessageError,
)
from pydidcomm.errors._warnings import MessageTypeWarning, MissingToWarning, UnprovedSenderWarning

__all__ = [
    "ContentNotFoundError",
    "DIDCommError",
    "DecryptionError",
    "DeliveryError",
    "DidDeactivatedError",
    "DidNotFoundError",
    "EndpointNotFoundError",
    "IncompatibleKeysError",
    "InvalidSignatureError",
    "KeyNotFoundError",
    "MalformedDocumentError",
    "MalformedMessageError",
    "MessageTypeWarning",
    "MissingToWarning",
    "NotFoundError",
    "PolicyError",
    "ReplayedMessageError",
    "ResolutionError",
    "SecretNotFoundError",
    "UnprovedSenderWarning",
    "UnsupportedError",
    "UntrustedMessageError",
]

# the file of a class is private: pickles, tracebacks and documentation name this module
for _name in __all__:
    globals()[_name].__module__ = __name__
