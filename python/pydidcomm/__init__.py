"""DIDComm Messaging v2.1: pack, unpack and verify messages."""

from pydidcomm import _core
from pydidcomm._core import __version__ as __version__

_core.prepare_process()

_NAMES = {
    "_core": (
        "Attachment DIDDocument Delivery Envelope FormFault Forwarded FromPrior InMemorySecrets "
        "LocalResolver Message Metadata Packed PackedForward PackedPlaintext PackedSigned PeerEnded "
        "PeerRotated PublicKey Resolved Secret Service ServiceEndpoint ServiceMetadata UnpackResult "
        "encode_did_document encode_public_keys same_message_type same_party short_form"
    ),
    "algorithms": "AnonCryptAlg AuthCryptAlg MediaType SignAlg",
    "attachments": "AttachmentSignature",
    "batches": "Outgoing pack_many unpack_each unpack_many",
    "config": "PackEncryptedConfig PackEncryptedParameters ResolversConfig UnpackConfig",
    "diagnosis": "Check Diagnosis",
    "dids": "PeerMethod create_jwk_did create_key_did create_peer_did",
    "errors": (
        "ContentNotFoundError DIDCommError DecryptionError DeliveryError DidDeactivatedError "
        "DidNotFoundError EndpointNotFoundError IncompatibleKeysError InvalidSignatureError "
        "KeyNotFoundError MalformedDocumentError MalformedMessageError MessageTypeWarning MissingToWarning "
        "NotFoundError PolicyError ReplayedMessageError ResolutionError SecretNotFoundError "
        "UnprovedSenderWarning UnsupportedError UntrustedMessageError"
    ),
    "functions": (
        "pack_encrypted pack_encrypted_to_each pack_plaintext pack_signed receive sign_attachment unpack "
        "verify_attachment"
    ),
    "inspection": "EncryptedView EnvelopeView Fault PlaintextView SignatureView SignedView inspect",
    "message_warning": "MessageWarning WarningCode",
    "messaging": "DIDCommMessaging",
    "outcome": "Outcome",
    "replay": "InMemoryReplayWindow ReplayEntry ReplayWindow",
    "resolvers": (
        "DIDResolver DIDResolverWithOptions KeyAgreementKey KeyMaker NewKey PrefixResolver ResolveOptions "
        "SecretQuery SecretsFinder SecretsResolver SecretsStore SigningKey"
    ),
    "routing": "rewrap unpack_forward wrap_in_forward",
}
"""The names of the package, by module. A module other than `_core` is imported when one of its names is used,
since it needs typing, dataclasses and enum, and a program starts faster without these."""

_SUBMODULES = (
    "agent cli compat external_keys invitations key_did mediator out_of_band peer_did protocols qr "
    "rotation secrets stores sync testing transports v1"
)
"""The public modules whose names are not in the package itself."""

# type checkers read the stub, which is generated from the table
globals()["__all__"] = sorted(" ".join(_NAMES.values()).split())
globals().update({name: getattr(_core, name) for name in _NAMES["_core"].split()})


def __getattr__(name: str) -> object:
    import pydidcomm._modules as modules  # noqa: PLC0415, only for the first use of a name

    if name in _NAMES or name in _SUBMODULES.split():
        return modules.load(name)
    for origin, names in _NAMES.items():
        if name in names.split():
            value: object = getattr(modules.load(origin), name)
            globals()[name] = value
            return value
    import sys  # noqa: PLC0415, not a name of this package

    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *" ".join((*_NAMES.values(), _SUBMODULES)).split()})
