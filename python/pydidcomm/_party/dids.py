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

__all__ = ["Dids", "local", "store"]


class Dids(Party):
    """Creates DIDs, and stores their secrets in `secrets`."""

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
        """Create a did:peer, and store its secrets in `secrets`; see `pydidcomm.create_peer_did`.

        A `LocalResolver` of this party stores its document, so that the short form resolves here too.

        Args:
            auth_keys_count: How many keys sign, on each of `auth_curves`.
            agreement_keys_count: How many keys messages are encrypted to, on each of `agreement_curves`.
            method: The numalgo of the did:peer, 0 to 4.
            auth_curves: The curves of the keys that sign.
            agreement_curves: The curves of the keys for agreement.
            service_endpoint: The URI or the DID at which the party receives messages; None for no endpoint.
            routing_keys: The keys of the mediators of `service_endpoint`, the outermost first.
            accept: The media type profiles of `service_endpoint`, the preferred first.
            services: Further services, each as a DID document has it.

        Raises:
            TypeError: `secrets` can neither store nor generate keys.
            ValueError: A count, a curve or an endpoint is not allowed, or `method` does not support the
                combination.
            UnsupportedError: A curve is not supported.
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
        """Create a did:key, and store its secrets in `secrets`; see `pydidcomm.create_key_did`.

        Args:
            curve: The curve of its key.

        Raises:
            TypeError: `secrets` can neither store nor generate keys.
            UnsupportedError: The curve is not supported.
        """
        return await key_did.create_key_did(store(self.secrets), curve=curve)

    async def create_jwk_did(self, *, curve: str = "P-256") -> str:
        """Create a did:jwk, and store its secret in `secrets`; see `pydidcomm.create_jwk_did`.

        Args:
            curve: The curve of its key.

        Raises:
            TypeError: `secrets` can neither store nor generate keys.
            UnsupportedError: The curve is not supported.
        """
        return await key_did.create_jwk_did(store(self.secrets), curve=curve)


def local(resolver: DIDResolver) -> LocalResolver | None:
    """Return the part of a resolver that stores the DIDs of this party; None where there is none."""
    return memory_of(resolver)


def store(secrets: SecretsResolver) -> SecretsStore | KeyMaker:
    """Return the secrets resolver; raise TypeError if it can neither store nor generate keys."""
    if not hasattr(secrets, "add_key") and maker_of(secrets) is None:
        message = "`secrets` is read-only: it has neither `add_key` nor `make_key` and `store_did`"
        raise TypeError(message)
    return cast("SecretsStore | KeyMaker", secrets)
