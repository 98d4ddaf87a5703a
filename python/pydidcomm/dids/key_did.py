"""Create did:key and did:jwk DIDs, and store their secrets."""

from typing import cast

from pydidcomm import _core
from pydidcomm._core import Secret
from pydidcomm.dids import _new_dids
from pydidcomm.dids.peer_did import make_keys, store_keys, store_secrets
from pydidcomm.resolvers import KeyMaker, SecretsStore
from pydidcomm.resolvers.making import maker_of

__all__ = ["create_jwk_did", "create_key_did"]


def new_key_did(curve: str) -> tuple[str, list[Secret]]:
    """Create a did:key and its secrets, without storing them."""
    return _core.encode_key_did(Secret.generate(curve))


def new_jwk_did(curve: str) -> tuple[str, list[Secret]]:
    """Create a did:jwk and its secret, without storing it."""
    return _core.encode_jwk_did(Secret.generate(curve))


async def create_key_did(secrets: SecretsStore | KeyMaker, *, curve: str = "Ed25519") -> str:
    """Create a did:key, and store its secrets.

    Args:
        secrets: The store of the new secrets; a `KeyMaker` generates them itself.
        curve: The curve of its key. Ed25519 signs, and implies an X25519 key for agreement. P-256, P-384,
            P-521 and secp256k1 have one key for both uses; senders encrypt to secp256k1 only with `curves`.
            X25519 only agrees.

    Raises:
        UnsupportedError: The curve is not supported.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, create_key_did
        >>> secrets = InMemorySecrets()
        >>> did = asyncio.run(create_key_did(secrets))
        >>> did.startswith("did:key:z6Mk"), len(secrets)
        (True, 2)
    """
    maker = maker_of(secrets)
    if maker is not None:
        new = _new_dids.key_did(await make_keys(maker, _new_dids.single_key("did:key", curve)))
        return await store_keys(maker, new)
    did, created = new_key_did(curve)
    await store_secrets(cast("SecretsStore", secrets), created)
    return did


async def create_jwk_did(secrets: SecretsStore | KeyMaker, *, curve: str = "P-256") -> str:
    """Create a did:jwk, and store its secret.

    Args:
        secrets: The store of the new secret; a `KeyMaker` generates it itself.
        curve: The curve of its key. P-256, P-384, P-521 and secp256k1 have one key for both uses; X25519 only
            agrees, Ed25519 only signs.

    Raises:
        UnsupportedError: The curve is not supported.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, create_jwk_did
        >>> secrets = InMemorySecrets()
        >>> did = asyncio.run(create_jwk_did(secrets, curve="X25519"))
        >>> secrets.kids() == [f"{did}#0"]
        True
    """
    maker = maker_of(secrets)
    if maker is not None:
        new = _new_dids.jwk_did(await make_keys(maker, _new_dids.single_key("did:jwk", curve)))
        return await store_keys(maker, new)
    did, created = new_jwk_did(curve)
    await store_secrets(cast("SecretsStore", secrets), created)
    return did
