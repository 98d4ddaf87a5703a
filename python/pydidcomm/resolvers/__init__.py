"""The protocols of resolvers: DID documents and secrets.

Anything with these methods will do, whether it inherits from the protocol or not, and whether a method
is a coroutine function or a plain one. An exception that a method raises reaches the caller as it is.
"""

from pydidcomm.resolvers._answers import (
    DIDResolver,
    DocumentAnswer,
    KeyAgreementKey,
    SecretAnswer,
    SecretsResolver,
    SecretsStore,
    SigningKey,
)
from pydidcomm.resolvers.finding import SecretQuery, SecretsFinder
from pydidcomm.resolvers.making import KeyMaker, KeyUse, NewKey
from pydidcomm.resolvers.options import DIDResolverWithOptions, ResolveOptions
from pydidcomm.resolvers.prefix import PrefixResolver

__all__ = [
    "DIDResolver",
    "DIDResolverWithOptions",
    "DocumentAnswer",
    "KeyAgreementKey",
    "KeyMaker",
    "KeyUse",
    "NewKey",
    "PrefixResolver",
    "ResolveOptions",
    "SecretAnswer",
    "SecretQuery",
    "SecretsFinder",
    "SecretsResolver",
    "SecretsStore",
    "SigningKey",
]
