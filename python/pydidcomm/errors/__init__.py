"""The exceptions of pydidcomm, grouped by the party that must act.

An exception of the program's own resolver passes through as it was raised, with a note that names what was
being resolved. Misuse of the API raises `TypeError` or `ValueError`. Texts contain identifiers and
algorithms, never content or key material. Line breaks, terminal escapes and bidi controls are escaped in
texts; attributes have the original.

Each class has a stable `code`, which a problem report can carry; `DIDCommError` lists them.
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
