"""The package `didcomm` of SICPA, versions 0.2 to 0.3: the names that applications use.

Its functions call those of `pydidcomm`; its classes are arguments and results of these functions.
"""

from pydidcomm.compat import _needs_compat as _needs_compat
from pydidcomm.compat.didcomm.common.algorithms import AnonCryptAlg, AuthCryptAlg, SignAlg
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.common.types import (
    DIDCommMessageMediaTypes,
    DIDCommMessageProtocolTypes,
    DIDCommMessageTypes,
    DIDDocServiceTypes,
    VerificationMaterial,
    VerificationMaterialFormat,
    VerificationMethodType,
)
from pydidcomm.compat.didcomm.did_doc.did_doc import DIDCommService, DIDDoc, VerificationMethod
from pydidcomm.compat.didcomm.did_doc.did_resolver import DIDResolver
from pydidcomm.compat.didcomm.did_doc.did_resolver_in_memory import DIDResolverInMemory
from pydidcomm.compat.didcomm.message import (
    Attachment,
    AttachmentDataBase64,
    AttachmentDataJson,
    AttachmentDataLinks,
    FromPrior,
    GenericMessage,
    Message,
)
from pydidcomm.compat.didcomm.pack_encrypted import (
    PackEncryptedConfig,
    PackEncryptedParameters,
    PackEncryptedResult,
    pack_encrypted,
)
from pydidcomm.compat.didcomm.pack_plaintext import (
    PackPlaintextParameters,
    PackPlaintextResult,
    pack_plaintext,
)
from pydidcomm.compat.didcomm.pack_signed import PackSignedParameters, PackSignedResult, pack_signed
from pydidcomm.compat.didcomm.protocols.routing.forward import (
    ForwardBody,
    ForwardMessage,
    ForwardPackResult,
    ForwardResult,
    is_forward,
    unpack_forward,
    wrap_in_forward,
)
from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret, SecretsResolver
from pydidcomm.compat.didcomm.secrets.secrets_resolver_in_memory import SecretsResolverInMemory
from pydidcomm.compat.didcomm.unpack import Metadata, UnpackConfig, UnpackResult, unpack

__version__ = "0.3.2"
"""The version whose names and behaviour these are."""

__all__ = [
    "AnonCryptAlg",
    "Attachment",
    "AttachmentDataBase64",
    "AttachmentDataJson",
    "AttachmentDataLinks",
    "AuthCryptAlg",
    "DIDCommMessageMediaTypes",
    "DIDCommMessageProtocolTypes",
    "DIDCommMessageTypes",
    "DIDCommService",
    "DIDDoc",
    "DIDDocServiceTypes",
    "DIDResolver",
    "DIDResolverInMemory",
    "ForwardBody",
    "ForwardMessage",
    "ForwardPackResult",
    "ForwardResult",
    "FromPrior",
    "GenericMessage",
    "Message",
    "Metadata",
    "PackEncryptedConfig",
    "PackEncryptedParameters",
    "PackEncryptedResult",
    "PackPlaintextParameters",
    "PackPlaintextResult",
    "PackSignedParameters",
    "PackSignedResult",
    "ResolversConfig",
    "Secret",
    "SecretsResolver",
    "SecretsResolverInMemory",
    "SignAlg",
    "UnpackConfig",
    "UnpackResult",
    "VerificationMaterial",
    "VerificationMaterialFormat",
    "VerificationMethod",
    "VerificationMethodType",
    "is_forward",
    "pack_encrypted",
    "pack_plaintext",
    "pack_signed",
    "unpack",
    "unpack_forward",
    "wrap_in_forward",
]
