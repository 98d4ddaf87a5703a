"""DIDComm Messaging v2.1: pack, unpack and verify messages."""

from pydidcomm._core import (
    Attachment,
    Delivery,
    DIDDocument,
    Envelope,
    FormFault,
    Forwarded,
    FromPrior,
    InMemorySecrets,
    LocalResolver,
    Message,
    Metadata,
    Packed,
    PackedForward,
    PackedPlaintext,
    PackedSigned,
    PeerEnded,
    PeerRotated,
    PublicKey,
    Resolved,
    Secret,
    Service,
    ServiceEndpoint,
    ServiceMetadata,
    UnpackResult,
    encode_did_document,
    encode_public_keys,
    same_message_type,
    same_party,
    short_form,
)
from pydidcomm._core import __version__ as __version__
from pydidcomm._core import prepare_process as _prepare_process

_prepare_process()

# type checkers take it for true; that of typing would cost the import of typing
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg, MediaType, SignAlg
    from pydidcomm.attachments import AttachmentSignature
    from pydidcomm.batches import Outgoing, pack_many, unpack_each, unpack_many
    from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters, ResolversConfig, UnpackConfig
    from pydidcomm.diagnosis import Check, Diagnosis
    from pydidcomm.dids import PeerMethod, create_jwk_did, create_key_did, create_peer_did
    from pydidcomm.errors import (
        ContentNotFoundError,
        DecryptionError,
        DeliveryError,
        DIDCommError,
        DidDeactivatedError,
        DidNotFoundError,
        EndpointNotFoundError,
        IncompatibleKeysError,
        InvalidSignatureError,
        KeyNotFoundError,
        MalformedDocumentError,
        MalformedMessageError,
        MessageTypeWarning,
        MissingToWarning,
        NotFoundError,
        PolicyError,
        ReplayedMessageError,
        ResolutionError,
        SecretNotFoundError,
        UnprovedSenderWarning,
        UnsupportedError,
        UntrustedMessageError,
    )
    from pydidcomm.functions import (
        pack_encrypted,
        pack_encrypted_to_each,
        pack_plaintext,
        pack_signed,
        receive,
        sign_attachment,
        unpack,
        verify_attachment,
    )
    from pydidcomm.inspection import (
        EncryptedView,
        EnvelopeView,
        Fault,
        PlaintextView,
        SignatureView,
        SignedView,
        inspect,
    )
    from pydidcomm.message_warning import MessageWarning, WarningCode
    from pydidcomm.messaging import DIDCommMessaging
    from pydidcomm.outcome import Outcome
    from pydidcomm.replay import InMemoryReplayWindow, ReplayEntry, ReplayWindow
    from pydidcomm.resolvers import (
        DIDResolver,
        DIDResolverWithOptions,
        KeyAgreementKey,
        KeyMaker,
        NewKey,
        PrefixResolver,
        ResolveOptions,
        SecretQuery,
        SecretsFinder,
        SecretsResolver,
        SecretsStore,
        SigningKey,
    )
    from pydidcomm.routing import rewrap, unpack_forward, wrap_in_forward

__all__ = [
    "AnonCryptAlg",
    "Attachment",
    "AttachmentSignature",
    "AuthCryptAlg",
    "Check",
    "ContentNotFoundError",
    "DIDCommError",
    "DIDCommMessaging",
    "DIDDocument",
    "DIDResolver",
    "DIDResolverWithOptions",
    "DecryptionError",
    "Delivery",
    "DeliveryError",
    "Diagnosis",
    "DidDeactivatedError",
    "DidNotFoundError",
    "EncryptedView",
    "EndpointNotFoundError",
    "Envelope",
    "EnvelopeView",
    "Fault",
    "FormFault",
    "Forwarded",
    "FromPrior",
    "InMemoryReplayWindow",
    "InMemorySecrets",
    "IncompatibleKeysError",
    "InvalidSignatureError",
    "KeyAgreementKey",
    "KeyMaker",
    "KeyNotFoundError",
    "LocalResolver",
    "MalformedDocumentError",
    "MalformedMessageError",
    "MediaType",
    "Message",
    "MessageTypeWarning",
    "MessageWarning",
    "Metadata",
    "MissingToWarning",
    "NewKey",
    "NotFoundError",
    "Outcome",
    "Outgoing",
    "PackEncryptedConfig",
    "PackEncryptedParameters",
    "Packed",
    "PackedForward",
    "PackedPlaintext",
    "PackedSigned",
    "PeerEnded",
    "PeerMethod",
    "PeerRotated",
    "PlaintextView",
    "PolicyError",
    "PrefixResolver",
    "PublicKey",
    "ReplayEntry",
    "ReplayWindow",
    "ReplayedMessageError",
    "ResolutionError",
    "ResolveOptions",
    "Resolved",
    "ResolversConfig",
    "Secret",
    "SecretNotFoundError",
    "SecretQuery",
    "SecretsFinder",
    "SecretsResolver",
    "SecretsStore",
    "Service",
    "ServiceEndpoint",
    "ServiceMetadata",
    "SignAlg",
    "SignatureView",
    "SignedView",
    "SigningKey",
    "UnpackConfig",
    "UnpackResult",
    "UnprovedSenderWarning",
    "UnsupportedError",
    "UntrustedMessageError",
    "WarningCode",
    "create_jwk_did",
    "create_key_did",
    "create_peer_did",
    "encode_did_document",
    "encode_public_keys",
    "inspect",
    "pack_encrypted",
    "pack_encrypted_to_each",
    "pack_many",
    "pack_plaintext",
    "pack_signed",
    "receive",
    "rewrap",
    "same_message_type",
    "same_party",
    "short_form",
    "sign_attachment",
    "unpack",
    "unpack_each",
    "unpack_forward",
    "unpack_many",
    "verify_attachment",
    "wrap_in_forward",
]

_ORIGINS = {
    "algorithms": "AnonCryptAlg AuthCryptAlg MediaType SignAlg",
    "attachments": "AttachmentSignature",
    "batches": "Outgoing pack_many unpack_each unpack_many",
    "config": "PackEncryptedConfig PackEncryptedParameters ResolversConfig UnpackConfig",
    "diagnosis": "Check Diagnosis",
    "dids": "PeerMethod create_jwk_did create_key_did create_peer_did",
    "errors": (
        "ContentNotFoundError DIDCommError DecryptionError DidDeactivatedError DidNotFoundError "
        "DeliveryError EndpointNotFoundError ResolutionError "
        "IncompatibleKeysError InvalidSignatureError KeyNotFoundError MalformedDocumentError "
        "MalformedMessageError MessageTypeWarning MissingToWarning NotFoundError "
        "PolicyError ReplayedMessageError SecretNotFoundError UnprovedSenderWarning "
        "UnsupportedError UntrustedMessageError"
    ),
    "functions": (
        "pack_encrypted pack_encrypted_to_each pack_plaintext pack_signed receive sign_attachment "
        "unpack "
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
"""The modules whose names stand here: each is loaded when one of its names is used, for they bring typing,
dataclasses and enum with them, and a program starts faster without."""


_SUBMODULES = (
    "compat",
    "external_keys",
    "invitations",
    "key_did",
    "out_of_band",
    "peer_did",
    "rotation",
    "secrets",
    "sync",
    "testing",
    "transports",
    "v1",
)
"""The public modules whose names do not stand here."""


# hidden from type checkers, which would take any name for one of ours
if not TYPE_CHECKING:

    def _module(name: str) -> object:  # noqa: C901, PLR0912, PLR0915, a branch a module
        """Import a public module, or return None: by a statement, since freezers do not follow a name."""
        # ruff: disable[PLC0415]
        if name == "algorithms":
            import pydidcomm.algorithms as module
        elif name == "attachments":
            import pydidcomm.attachments as module
        elif name == "batches":
            import pydidcomm.batches as module
        elif name == "compat":
            import pydidcomm.compat as module
        elif name == "config":
            import pydidcomm.config as module
        elif name == "diagnosis":
            import pydidcomm.diagnosis as module
        elif name == "dids":
            import pydidcomm.dids as module
        elif name == "errors":
            import pydidcomm.errors as module
        elif name == "external_keys":
            import pydidcomm.external_keys as module
        elif name == "functions":
            import pydidcomm.functions as module
        elif name == "inspection":
            import pydidcomm.inspection as module
        elif name == "key_did":
            import pydidcomm.key_did as module
        elif name == "message_warning":
            import pydidcomm.message_warning as module
        elif name == "messaging":
            import pydidcomm.messaging as module
        elif name == "invitations":
            import pydidcomm.invitations as module
        elif name == "out_of_band":
            import pydidcomm.out_of_band as module
        elif name == "outcome":
            import pydidcomm.outcome as module
        elif name == "peer_did":
            import pydidcomm.peer_did as module
        elif name == "replay":
            import pydidcomm.replay as module
        elif name == "resolvers":
            import pydidcomm.resolvers as module
        elif name == "rotation":
            import pydidcomm.rotation as module
        elif name == "routing":
            import pydidcomm.routing as module
        elif name == "secrets":
            import pydidcomm.secrets as module
        elif name == "sync":
            import pydidcomm.sync as module
        elif name == "testing":
            import pydidcomm.testing as module
        elif name == "transports":
            import pydidcomm.transports as module
        elif name == "v1":
            import pydidcomm.v1 as module
        else:
            return None
        # ruff: enable[PLC0415]
        return module

    def __getattr__(name: str) -> object:
        module = _module(name)
        if module is not None:
            return module
        for origin, names in _ORIGINS.items():
            if name in names.split():
                value = getattr(_module(origin), name)
                globals()[name] = value
                return value
        import sys  # noqa: PLC0415, not a name of this package

        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=sys.modules[__name__])

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, *_ORIGINS, *_SUBMODULES})
