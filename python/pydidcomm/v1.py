"""DIDComm v1: the encryption envelope of Aries RFC 0019 ("JWM/1.0") and the forward of RFC 0094.

For agents without DIDComm v2. Parties are identified by verkeys, Ed25519 keys in base58; an envelope never
proves a DID. Secrets are requested from the `SecretsResolver` by the verkey and, where it has none, by the
kid in the did:key of the verkey, `did:key:z6Mk...#z6Mk...`. It returns the Ed25519 `Secret`, the X25519
`Secret` derived from it, or an external key that agrees like the latter; an external key that only signs
cannot decrypt, and cannot encrypt by authcrypt.

Authcrypt binds the content key to the sender, but not the content: a recipient of a message to several can
use the content key again, to forge messages from the sender to the other recipients, and from these to the
sender. An envelope to one recipient does not have this weakness, and neither does DIDComm v2.

Example:
    >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig
    >>> from pydidcomm.sync import v1
    >>> secrets = InMemorySecrets()
    >>> resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
    >>> alice, bob, mediator = (v1.create_verkey(secrets) for _ in range(3))
    >>> ping = {"@type": "https://didcomm.org/trust_ping/1.0/ping", "@id": "one"}
    >>> packed = v1.pack(resolvers, ping, to=[bob], frm=alice)
    >>> wrapped = v1.forward(resolvers, packed.message, to=bob, routing_keys=[mediator])
    >>> forwarded = v1.unpack_forward(resolvers, wrapped.message)
    >>> forwarded.to == bob
    True
    >>> received = v1.unpack(resolvers, forwarded.message)
    >>> received.sender_verkey == alice, received.json() == ping
    (True, True)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import _core
from pydidcomm._core import PublicKey, Secret, V1Forwarded, V1Message, V1Packed
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import check_acceptance
from pydidcomm._driver.drive import drive
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.resolvers import SecretsStore

__all__ = [
    "V1Forwarded",
    "V1Message",
    "V1Packed",
    "create_verkey",
    "forward",
    "pack",
    "public_key",
    "unpack",
    "unpack_forward",
    "verkey",
]


async def pack(
    resolvers_config: ResolversConfig,
    message: Mapping[str, Any] | str | bytes,
    to: Sequence[str],
    frm: str | None = None,
) -> V1Packed:
    """Encrypt a message for all recipients in one envelope.

    Recipients that do not trust one another need an envelope each: any of them can forge messages to the
    others. Aries RFC 0019, section "Pack Message".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        message: What to pack: a JSON object with `@type` and `@id`, or any text or bytes.
        to: The verkeys of the recipients.
        frm: The verkey of the sender: authcrypt. None: anoncrypt.

    Raises:
        ValueError: A verkey is malformed, cannot be encrypted to, or appears twice.
        SecretNotFoundError: The secret of `frm` was not found.
        UnsupportedError: The key of `frm` is an external key that only signs.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     alice, bob = await v1.create_verkey(secrets), await v1.create_verkey(secrets)
        ...     packed = await v1.pack(resolvers, b"hello world", to=[bob], frm=alice)
        ...     return (await v1.unpack(resolvers, packed.message)).content
        >>> asyncio.run(main())
        b'hello world'
    """
    operation = operations.v1_pack(resolvers_config, message, to, frm)
    result: V1Packed = await drive(operation, resolvers_config)
    return result


async def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> V1Message:
    """Unpack an envelope of DIDComm v1, and verify its sender's verkey.

    `DIDCommMessaging.receive` does the same, and also reads DIDComm v2. The content is returned as it is,
    even where it is a forward. Aries RFC 0019, section "Unpack Message".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: The requirements and limits.

    Raises:
        MalformedMessageError: The envelope breaks its specification.
        DecryptionError: The message cannot be decrypted, or its sender is forged.
        UnsupportedError: It is not an envelope of DIDComm v1, or our key is an external key that only signs.
        SecretNotFoundError: The secret of no recipient was found.
        PolicyError: The message is authentic but violates `config`.
        ReplayedMessageError: The replay window of `resolvers_config` contains the message already.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     alice, bob = await v1.create_verkey(secrets), await v1.create_verkey(secrets)
        ...     ping = {"@type": "https://didcomm.org/trust_ping/1.0/ping", "@id": "one"}
        ...     packed = await v1.pack(resolvers, ping, to=[bob], frm=alice)
        ...     received = await v1.unpack(resolvers, packed.message)
        ...     return received.type, received.sender_verkey == alice, received.recipient_verkey == bob
        >>> asyncio.run(main())
        ('https://didcomm.org/trust_ping/1.0/ping', True, True)
    """
    operation = operations.v1_unpack(resolvers_config, packed_msg, config)
    received: V1Message = await drive(operation, resolvers_config)
    await check_acceptance(received, resolvers_config, config)
    return received


async def forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
) -> V1Packed:
    """Wrap an encrypted message in one anonymous forward for each routing key.

    Aries RFC 0094; RFC 0067 for the order of the keys.

    Args:
        resolvers_config: Unused; every packing function has it.
        packed_msg: The encrypted message, of either version of DIDComm.
        to: The next hop of the last mediator: a verkey, or a DID.
        routing_keys: The verkeys of the mediators in the order of a DID document of DIDComm v1: the last key
            is the outermost. In DIDComm v2 it is the first.

    Raises:
        MalformedMessageError: `packed_msg` is not encrypted, so that a mediator could read it.
        ValueError: `routing_keys` is empty, or one of them is not a verkey.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     bob, near_bob, far = [await v1.create_verkey(secrets) for _ in range(3)]
        ...     packed = await v1.pack(resolvers, b"hello world", to=[bob])
        ...     wrapped = await v1.forward(resolvers, packed.message, bob, [near_bob, far])
        ...     forwarded = await v1.unpack_forward(resolvers, wrapped.message)
        ...     return wrapped.to_verkeys == (far,), forwarded.to == near_bob
        >>> asyncio.run(main())
        (True, True)
    """
    operation = operations.v1_forward(resolvers_config, packed_msg, to, routing_keys)
    result: V1Packed = await drive(operation, resolvers_config)
    return result


async def unpack_forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> V1Forwarded:
    """Unpack a forward of DIDComm v1 as a mediator: the next hop and the attached message.

    Aries RFC 0094.

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The forward as it arrived, as text, bytes or parsed JSON.
        config: The requirements and limits.

    Raises:
        MalformedMessageError: The message is not a forward, or it lacks `to` or `msg`.
        DIDCommError: The forward cannot be unpacked, or violates `config`; see `unpack`.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     bob, mediator = await v1.create_verkey(secrets), await v1.create_verkey(secrets)
        ...     packed = await v1.pack(resolvers, b"hello world", to=[bob])
        ...     wrapped = await v1.forward(resolvers, packed.message, bob, [mediator])
        ...     forwarded = await v1.unpack_forward(resolvers, wrapped.message)
        ...     return forwarded.to == bob, forwarded.message == packed.message
        >>> asyncio.run(main())
        (True, True)
    """
    operation = operations.v1_unpack_forward(resolvers_config, packed_msg, config)
    result: V1Forwarded = await drive(operation, resolvers_config)
    await check_acceptance(result.received, resolvers_config, config)
    return result


async def create_verkey(secrets: SecretsStore, seed: bytes | None = None) -> str:
    """Create an Ed25519 key, store its secret, and return its verkey.

    The kid of the secret is the one in the did:key of the verkey; `InMemorySecrets` also finds it by the
    verkey.

    Args:
        secrets: The store of the secret.
        seed: The 32 bytes of the private key; None for random ones.

    Raises:
        ValueError: `seed` does not have 32 bytes.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, v1
        >>> secrets = InMemorySecrets()
        >>> asyncio.run(v1.create_verkey(secrets, seed=b"testseed000000000000000000000001"))
        '3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx'
        >>> secrets.kids()
        ['did:key:z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL#z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL']
    """
    name, secret = new_verkey(seed)
    kept: Any = secrets.add_key(secret)
    if is_awaitable(kept):
        await kept
    return name


def verkey(key: PublicKey | Secret) -> str:
    """Return the verkey of an Ed25519 key: its 32 bytes in base58.

    Args:
        key: The public key, or its secret.

    Raises:
        UnsupportedError: The key is on another curve.

    Example:
        >>> from pydidcomm import PublicKey, v1
        >>> v1.verkey(PublicKey("z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL"))
        '3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx'
    """
    return _core.v1_verkey(key.public_key if isinstance(key, Secret) else key)


def public_key(verkey: str) -> PublicKey:
    """Return the Ed25519 public key of a verkey.

    Args:
        verkey: The 32 bytes in base58.

    Raises:
        ValueError: `verkey` is not the base58 text of an Ed25519 key.

    Example:
        >>> from pydidcomm import v1
        >>> v1.public_key("3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx")
        PublicKey('z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL')
    """
    return _core.v1_public_key(verkey)


def new_verkey(seed: bytes | None) -> tuple[str, Secret]:
    """Create a verkey and its secret, whose kid is the one in the did:key of the verkey."""
    secret = Secret.generate("Ed25519") if seed is None else Secret.from_octets("Ed25519", seed)
    name = verkey(secret)
    return name, secret.renamed(name)
