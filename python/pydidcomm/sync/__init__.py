"""The same names for programs without an event loop: plain functions in place of coroutines.

Every name of `pydidcomm` is here too. Resolvers given here have plain methods;
`pydidcomm.sync.network` has network resolvers and `HttpTransport`.
"""

import pydidcomm as _pydidcomm
from pydidcomm import __all__ as __all__
from pydidcomm.sync.batches import pack_many as pack_many
from pydidcomm.sync.batches import unpack_each as unpack_each
from pydidcomm.sync.batches import unpack_many as unpack_many
from pydidcomm.sync.dids.key_did import create_jwk_did as create_jwk_did
from pydidcomm.sync.dids.key_did import create_key_did as create_key_did
from pydidcomm.sync.dids.peer_did import create_peer_did as create_peer_did
from pydidcomm.sync.functions import pack_encrypted as pack_encrypted
from pydidcomm.sync.functions import pack_encrypted_to_each as pack_encrypted_to_each
from pydidcomm.sync.functions import pack_plaintext as pack_plaintext
from pydidcomm.sync.functions import pack_signed as pack_signed
from pydidcomm.sync.functions import receive as receive
from pydidcomm.sync.functions import sign_attachment as sign_attachment
from pydidcomm.sync.functions import unpack as unpack
from pydidcomm.sync.functions import verify_attachment as verify_attachment
from pydidcomm.sync.messaging import DIDCommMessaging as DIDCommMessaging
from pydidcomm.sync.routing import rewrap as rewrap
from pydidcomm.sync.routing import unpack_forward as unpack_forward
from pydidcomm.sync.routing import wrap_in_forward as wrap_in_forward

globals().update({name: getattr(_pydidcomm, name) for name in __all__ if name not in globals()})


def __getattr__(name: str) -> object:
    if name in {"Agent", "agent"}:
        import pydidcomm.sync.agent as module  # noqa: PLC0415, the extra `agent`

        return module.Agent if name == "Agent" else module
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
