"""The same names for programs without an event loop: plain functions in place of coroutines.

Every name of `pydidcomm` is here too. Resolvers given here have plain methods;
`pydidcomm.sync.network` has network resolvers and `HttpTransport`.
"""

# ruff: noqa: E402, what has a twin here comes after what has none
from pydidcomm import __all__ as __all__

# type checkers take it for true; they would mix up the two functions of one name that a star import brings
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydidcomm import (
        AnonCryptAlg as AnonCryptAlg,
    )
    from pydidcomm import (
        Attachment as Attachment,
    )
    from pydidcomm import (
        AttachmentSignature as AttachmentSignature,
    )
    from pydidcomm import (
        AuthCryptAlg as AuthCryptAlg,
    )
    from pydidcomm import (
        Check as Check,
    )
    from pydidcomm import (
        ContentNotFoundError as ContentNotFoundError,
    )
    from pydidcomm import (
        DecryptionError as DecryptionError,
    )
    from pydidcomm import (
        Delivery as Delivery,
    )
    from pydidcomm import (
        DeliveryError as DeliveryError,
    )
    from pydidcomm import (
        Diagnosis as Diagnosis,
    )
    from pydidcomm import (
        DIDCommError as DIDCommError,
    )
    from pydidcomm import (
        DidDeactivatedError as DidDeactivatedError,
    )
    from pydidcomm import (
        DIDDocument as DIDDocument,
    )
    from pydidcomm import (
        DidNotFoundError as DidNotFoundError,
    )
    from pydidcomm import (
        DIDResolver as DIDResolver,
    )
    from pydidcomm import (
        DIDResolverWithOptions as DIDResolverWithOptions,
    )
    from pydidcomm import (
        EncryptedView as EncryptedView,
    )
    from pydidcomm import (
        EndpointNotFoundError as EndpointNotFoundError,
    )
    from pydidcomm import (
        Envelope as Envelope,
    )
    from pydidcomm import (
        EnvelopeView as EnvelopeView,
    )
    from pydidcomm import (
        Fault as Fault,
    )
    from pydidcomm import (
        FormFault as FormFault,
    )
    from pydidcomm import (
        Forwarded as Forwarded,
    )
    from pydidcomm import (
        FromPrior as FromPrior,
    )
    from pydidcomm import (
        IncompatibleKeysError as IncompatibleKeysError,
    )
    from pydidcomm import (
        InMemoryReplayWindow as InMemoryReplayWindow,
    )
    from pydidcomm import (
        InMemorySecrets as InMemorySecrets,
    )
    from pydidcomm import (
        InvalidSignatureError as InvalidSignatureError,
    )
    from pydidcomm import (
        KeyAgreementKey as KeyAgreementKey,
    )
    from pydidcomm import (
        KeyMaker as KeyMaker,
    )
    from pydidcomm import (
        KeyNotFoundError as KeyNotFoundError,
    )
    from pydidcomm import (
        LocalResolver as LocalResolver,
    )
    from pydidcomm import (
        MalformedDocumentError as MalformedDocumentError,
    )
    from pydidcomm import (
        MalformedMessageError as MalformedMessageError,
    )
    from pydidcomm import (
        MediaType as MediaType,
    )
    from pydidcomm import (
        Message as Message,
    )
    from pydidcomm import (
        MessageTypeWarning as MessageTypeWarning,
    )
    from pydidcomm import (
        MessageWarning as MessageWarning,
    )
    from pydidcomm import (
        Metadata as Metadata,
    )
    from pydidcomm import (
        MissingToWarning as MissingToWarning,
    )
    from pydidcomm import (
        NewKey as NewKey,
    )
    from pydidcomm import (
        NotFoundError as NotFoundError,
    )
    from pydidcomm import (
        Outcome as Outcome,
    )
    from pydidcomm import (
        Outgoing as Outgoing,
    )
    from pydidcomm import (
        Packed as Packed,
    )
    from pydidcomm import (
        PackedForward as PackedForward,
    )
    from pydidcomm import (
        PackedPlaintext as PackedPlaintext,
    )
    from pydidcomm import (
        PackedSigned as PackedSigned,
    )
    from pydidcomm import (
        PackEncryptedConfig as PackEncryptedConfig,
    )
    from pydidcomm import (
        PackEncryptedParameters as PackEncryptedParameters,
    )
    from pydidcomm import (
        PeerEnded as PeerEnded,
    )
    from pydidcomm import (
        PeerMethod as PeerMethod,
    )
    from pydidcomm import (
        PeerRotated as PeerRotated,
    )
    from pydidcomm import (
        PlaintextView as PlaintextView,
    )
    from pydidcomm import (
        PolicyError as PolicyError,
    )
    from pydidcomm import (
        PrefixResolver as PrefixResolver,
    )
    from pydidcomm import (
        PublicKey as PublicKey,
    )
    from pydidcomm import (
        ReplayedMessageError as ReplayedMessageError,
    )
    from pydidcomm import (
        ReplayEntry as ReplayEntry,
    )
    from pydidcomm import (
        ReplayWindow as ReplayWindow,
    )
    from pydidcomm import (
        ResolutionError as ResolutionError,
    )
    from pydidcomm import (
        Resolved as Resolved,
    )
    from pydidcomm import (
        ResolveOptions as ResolveOptions,
    )
    from pydidcomm import (
        ResolversConfig as ResolversConfig,
    )
    from pydidcomm import (
        Secret as Secret,
    )
    from pydidcomm import (
        SecretNotFoundError as SecretNotFoundError,
    )
    from pydidcomm import (
        SecretQuery as SecretQuery,
    )
    from pydidcomm import (
        SecretsFinder as SecretsFinder,
    )
    from pydidcomm import (
        SecretsResolver as SecretsResolver,
    )
    from pydidcomm import (
        SecretsStore as SecretsStore,
    )
    from pydidcomm import (
        Service as Service,
    )
    from pydidcomm import (
        ServiceEndpoint as ServiceEndpoint,
    )
    from pydidcomm import (
        ServiceMetadata as ServiceMetadata,
    )
    from pydidcomm import (
        SignAlg as SignAlg,
    )
    from pydidcomm import (
        SignatureView as SignatureView,
    )
    from pydidcomm import (
        SignedView as SignedView,
    )
    from pydidcomm import (
        SigningKey as SigningKey,
    )
    from pydidcomm import (
        UnpackConfig as UnpackConfig,
    )
    from pydidcomm import (
        UnpackResult as UnpackResult,
    )
    from pydidcomm import (
        UnprovedSenderWarning as UnprovedSenderWarning,
    )
    from pydidcomm import (
        UnsupportedError as UnsupportedError,
    )
    from pydidcomm import (
        UntrustedMessageError as UntrustedMessageError,
    )
    from pydidcomm import (
        WarningCode as WarningCode,
    )
    from pydidcomm import (
        encode_did_document as encode_did_document,
    )
    from pydidcomm import (
        encode_public_keys as encode_public_keys,
    )
    from pydidcomm import (
        inspect as inspect,
    )
    from pydidcomm import (
        same_message_type as same_message_type,
    )
    from pydidcomm import (
        same_party as same_party,
    )
    from pydidcomm import (
        short_form as short_form,
    )
else:
    import pydidcomm as _pydidcomm

    globals().update({name: getattr(_pydidcomm, name) for name in __all__})

from pydidcomm.sync.batches import (
    pack_many as pack_many,
)
from pydidcomm.sync.batches import (
    unpack_each as unpack_each,
)
from pydidcomm.sync.batches import (
    unpack_many as unpack_many,
)
from pydidcomm.sync.dids.key_did import (
    create_jwk_did as create_jwk_did,
)
from pydidcomm.sync.dids.key_did import (
    create_key_did as create_key_did,
)
from pydidcomm.sync.dids.peer_did import (
    create_peer_did as create_peer_did,
)
from pydidcomm.sync.functions import (
    pack_encrypted as pack_encrypted,
)
from pydidcomm.sync.functions import (
    pack_encrypted_to_each as pack_encrypted_to_each,
)
from pydidcomm.sync.functions import (
    pack_plaintext as pack_plaintext,
)
from pydidcomm.sync.functions import (
    pack_signed as pack_signed,
)
from pydidcomm.sync.functions import (
    receive as receive,
)
from pydidcomm.sync.functions import (
    sign_attachment as sign_attachment,
)
from pydidcomm.sync.functions import (
    unpack as unpack,
)
from pydidcomm.sync.functions import (
    verify_attachment as verify_attachment,
)
from pydidcomm.sync.messaging import (
    DIDCommMessaging as DIDCommMessaging,
)
from pydidcomm.sync.routing import (
    rewrap as rewrap,
)
from pydidcomm.sync.routing import (
    unpack_forward as unpack_forward,
)
from pydidcomm.sync.routing import (
    wrap_in_forward as wrap_in_forward,
)
