"""Create DIDs of the party."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydidcomm._core import LocalResolver
from pydidcomm._party.party import Party
from pydidcomm.dids import key_did, peer_did
from pydidcomm.dids.peer_did import PeerMethod
from pydidcomm.resolvers import DIDResolver, KeyMaker, SecretsResolver, SecretsStore
from pydidcomm.resolvers._composite import memory_of
from pydidcomm.resolvers.making import maker_of


class Dids(Party):
    """Creates DIDs whose secrets the party keeps."""

    async def create_peer_did(  # noqa: PLR0913, all but the counts are named
        self,
        auth_keys_count: int = 1,
        agreement_keys_count: int = 1,
        *,
        method: PeerMethod = 2,
        auth_curves: Sequence[str] = ("Ed25519",),
        agreement_curves: Sequence[str] = ("X25519",),
        service_endpoint: str | None = None,
        routing_keys: Sequence[str] = (),
        accept: Sequence[str] = ("didcomm/v2",),
        services: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """A new did:peer whose secrets are kept in `secrets`; see `pydidcomm.create_peer_did`.

        A `LocalResolver` of this party remembers it, so that a short form resolves here too.

        Raises:
            TypeError: `secrets` takes no new secrets and makes none.
        """
        return await peer_did.create_peer_did(
            store(self.secrets),
            auth_keys_count,
            agreement_keys_count,
            method=method,
            auth_curves=auth_curves,
            agreement_curves=agreement_curves,
            service_endpoint=service_endpoint,
            routing_keys=routing_keys,
            accept=accept,
            services=services,
            resolver=local(self.resolver),
        )

    async def create_key_did(self, *, curve: str = "Ed25519") -> str:
        """A new did:key whose secrets are kept in `secrets`; see `pydidcomm.create_key_did`.

        Raises:
            TypeError: `secrets` takes no new secrets and makes none.
        """
        return await key_did.create_key_did(store(self.secrets), curve=curve)

    async def create_jwk_did(self, *, curve: str = "P-256") -> str:
        """A new did:jwk whose secret is kept in `secrets`; see `pydidcomm.create_jwk_did`.

        Raises:
            TypeError: `secrets` takes no new secrets and makes none.
        """
        return await key_did.create_jwk_did(store(self.secrets), curve=curve)


def local(resolver: DIDResolver) -> LocalResolver | None:
    """The part of a resolver that remembers the DIDs of this party; None where there is none."""
    return memory_of(resolver)


def store(secrets: SecretsResolver) -> SecretsStore | KeyMaker:
    """The secrets resolver, which has to take new secrets or to make them."""
    if not hasattr(secrets, "add_key") and maker_of(secrets) is None:
        message = "`secrets` is read-only: it has neither `add_key` nor `make_key` and `store_did`"
        raise TypeError(message)
    return cast("SecretsStore | KeyMaker", secrets)
