"""Indicio's `didcomm-messaging` (0.1.2a3) on the core of pydidcomm: the same modules, names and results.

A `CryptoService`, a `SecretsManager` and a `DIDResolver` of the application are called as in the original;
the services of the package call pydidcomm. `DIFFERENCES.md` of `pydidcomm.compat` lists the intended
differences.

Example:
    >>> import asyncio
    >>> from pydidcomm import InMemorySecrets, sync
    >>> from pydidcomm.compat.didcomm_messaging import DIDCommMessaging, PackagingService, RoutingService
    >>> from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
    >>> from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreCryptoService, CoreSecretKey
    >>> from pydidcomm.compat.didcomm_messaging.resolver import PrefixResolver
    >>> from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2
    >>> async def main():
    ...     keys, secrets = InMemorySecrets(), InMemorySecretsManager()
    ...     did = sync.create_peer_did(keys, service_endpoint="https://example.com/alice")
    ...     for kid in keys.kids():
    ...         await secrets.add_secret(CoreSecretKey(keys.get_key(kid)))
    ...     resolver = PrefixResolver({"did:peer:2": Peer2()})
    ...     agent = DIDCommMessaging(
    ...         CoreCryptoService(), secrets, resolver, PackagingService(), RoutingService()
    ...     )
    ...     message = {"id": "1", "type": "https://example.org/greeting/1.0/hello", "body": {}, "from": did}
    ...     packed = await agent.pack(message, to=did, frm=did)
    ...     unpacked = await agent.unpack(packed.message)
    ...     return packed.get_endpoint("http"), unpacked.message == message, unpacked.authenticated
    >>> asyncio.run(main())
    ('https://example.com/alice', True, True)
"""

from pydidcomm.compat import _needs_compat as _needs_compat
from pydidcomm.compat.didcomm_messaging.crypto import CryptoService, P, S, SecretsManager
from pydidcomm.compat.didcomm_messaging.messaging import DIDCommMessaging, DIDCommMessagingService
from pydidcomm.compat.didcomm_messaging.packaging import PackagingService
from pydidcomm.compat.didcomm_messaging.resolver import DIDResolver
from pydidcomm.compat.didcomm_messaging.routing import RoutingService

__all__ = [
    "CryptoService",
    "DIDCommMessaging",
    "DIDCommMessagingService",
    "DIDResolver",
    "P",
    "PackagingService",
    "RoutingService",
    "S",
    "SecretsManager",
]
