"""The protocols of resolvers: DID documents and secrets.

Any object with these methods can be used; it need not inherit from the protocol, and each method is a
coroutine function or a plain one. An exception that a method raises reaches the caller as it was raised.
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
