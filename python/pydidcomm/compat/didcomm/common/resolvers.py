"""The resolvers that each function needs; see `pydidcomm.ResolversConfig`."""

from dataclasses import dataclass

from pydidcomm.compat.didcomm.did_doc.did_resolver import DIDResolver
from pydidcomm.compat.didcomm.secrets.secrets_resolver import SecretsResolver

__all__ = ["ResolversConfig"]


@dataclass(frozen=True)
class ResolversConfig:
    """The resolvers of DIDs and secrets.

    Attributes:
        secrets_resolver: Finds secrets.
        did_resolver: Finds DID documents.
    """

    secrets_resolver: SecretsResolver
    did_resolver: DIDResolver
