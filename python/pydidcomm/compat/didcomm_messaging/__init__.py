"""Indicio's `didcomm-messaging` (0.1.2a3) on the core of pydidcomm: the same modules, names and results.

A `CryptoService`, a `SecretsManager`, a `DIDResolver` of the application are called as they were; the
services that come with the package hand on to pydidcomm.
"""

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
