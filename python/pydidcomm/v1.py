"""DIDComm v1: the encryption envelope of Aries RFC 0019 ("JWM/1.0") and the forward of RFC 0094.

For talking to agents that know no DIDComm v2. Parties are named by verkeys, Ed25519 keys in base58; an
envelope never proves a DID. Secrets are requested from the `SecretsResolver` by the verkey and, where it
holds none by that name, by the id that the did:key of the verkey gives it, `did:key:z6Mk...#z6Mk...`. It
answers with the Ed25519 `Secret`, with the X25519 one that it implies, or with an object that agrees as the
latter; a key that only signs cannot open or make a box.

Authcrypt binds the content key to the sender, and not the content: a recipient of a message
to several can use its content key again, to write to its other recipients in the sender's name and to the
sender in theirs. Messages to one recipient each do not have this weakness, nor has DIDComm v2.

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
    """The message in one envelope for all of the recipients.

    Recipients that do not trust one another get an envelope each; see the module.
    Aries RFC 0019, section "Pack Message".

    Args:
        resolvers_config: Where secrets come from.
        message: What to pack: a JSON object with `@type` and `@id`, or text or bytes as they are.
        to: The verkeys of the recipients.
        frm: The verkey of the sender: authcrypt. None: anoncrypt.

    Raises:
        ValueError: A verkey is malformed, cannot be encrypted to, or is named twice.
        SecretNotFoundError: The secret of `frm` is not held.
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
    """The message inside of an envelope of DIDComm v1, and the verkey that is proved to have sent it.

    `DIDCommMessaging.receive` does the same, and reads DIDComm v2 too. What lies inside is
    handed out as it is, a forward too. Aries RFC 0019, section "Unpack Message".

    Args:
        resolvers_config: Where secrets come from.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: What to demand and what is too large.

    Raises:
        MalformedMessageError: The envelope breaks its specification.
        DecryptionError: It cannot be decrypted, or its sender is not who it says.
        UnsupportedError: It is not an envelope of DIDComm v1, or our key is an external key that only signs.
        SecretNotFoundError: None of the recipients' secrets is held.
        PolicyError: `config` demands more.
        ReplayedMessageError: The message was here before, as the replay window of `resolvers_config` knows.

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
    """An encrypted message wrapped in one anonymous forward for each routing key.

    Aries RFC 0094; RFC 0067 for the order of the keys.

    Args:
        resolvers_config: Where nothing is asked; every packing function has it.
        packed_msg: The encrypted message, of either version of DIDComm.
        to: Who gets it from the last mediator: a verkey, or a DID.
        routing_keys: The verkeys of the mediators as a DID document of DIDComm v1 lists them, from the
            recipient's end to the sender's: the last one is outermost. In DIDComm v2 it is the first.

    Raises:
        MalformedMessageError: `packed_msg` is not encrypted; a mediator could read it.
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
    """What a mediator of DIDComm v1 is asked to hand on, and to whom.

    Aries RFC 0094.

    Args:
        resolvers_config: Where secrets come from.
        packed_msg: The forward as it arrived, as text, bytes or parsed JSON.
        config: What to demand and what is too large.

    Raises:
        MalformedMessageError: It is not a forward, or it lacks the next hop or the message to hand on.
        DIDCommError: It cannot be unpacked, or is not taken; see `unpack`.

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
    """The verkey of a new Ed25519 key, whose secret is kept in the store.

    It is kept under the id that the did:key of the verkey gives it; `InMemorySecrets` finds it by the verkey
    too.

    Args:
        secrets: Where the secret is kept.
        seed: The 32 bytes of the secret; random by default.

    Raises:
        ValueError: The seed has another length.

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
    """The verkey of an Ed25519 key: its 32 bytes in base58.

    Args:
        key: The key, or its secret.

    Raises:
        UnsupportedError: It is a key on another curve.

    Example:
        >>> from pydidcomm import PublicKey, v1
        >>> v1.verkey(PublicKey("z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL"))
        '3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx'
    """
    return _core.v1_verkey(key.public_key if isinstance(key, Secret) else key)


def public_key(verkey: str) -> PublicKey:
    """The Ed25519 key that a verkey is.

    Args:
        verkey: The 32 bytes in base58.

    Raises:
        ValueError: It is not a verkey.

    Example:
        >>> from pydidcomm import v1
        >>> v1.public_key("3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx")
        PublicKey('z6Mkgg342Ycpuk263R9d8Aq6MUaxPn1DDeHyGo38EefXmgDL')
    """
    return _core.v1_public_key(verkey)


def new_verkey(seed: bytes | None) -> tuple[str, Secret]:
    """A new verkey and its secret, under the id that the did:key of the verkey gives it."""
    secret = Secret.generate("Ed25519") if seed is None else Secret.from_octets("Ed25519", seed)
    name = verkey(secret)
    return name, secret.renamed(name)
