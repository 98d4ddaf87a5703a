"""The package `peerdid` of SICPA, versions 0.3 to 0.5: did:peer of methods 0 and 2.

DIDs and documents are those of `pydidcomm.encode_public_keys` and `pydidcomm.LocalResolver`, under the names
that each generation gave to keys and services.
"""

from pydidcomm.compat._needs_compat import pydid
from pydidcomm.compat.peerdid import core, dids, errors, keys

DID = pydid.DID
DIDDocument = pydid.DIDDocument

__version__ = "0.5.2"
"""The version whose names and behaviour these are."""

__all__ = ["DID", "DIDDocument", "__version__", "core", "dids", "errors", "keys"]
