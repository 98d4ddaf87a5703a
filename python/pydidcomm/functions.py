"""The functions of the tutorial: pack and unpack with the resolvers given to each call."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import _core
from pydidcomm._core import (
    Attachment,
    Message,
    Packed,
    PackedPlaintext,
    PackedSigned,
    UnpackResult,
    V1Message,
)
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import check_acceptance
from pydidcomm._driver.drive import drive
from pydidcomm._driver.together import resolve_together
from pydidcomm.attachments import AttachmentSignature
from pydidcomm.config import (
    KidIn,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
)
from pydidcomm.outcome import Outcome, outcomes

__all__ = [
    "pack_encrypted",
    "pack_encrypted_to_each",
    "pack_plaintext",
    "pack_signed",
    "receive",
    "sign_attachment",
    "unpack",
    "verify_attachment",
]


async def pack_plaintext(
    resolvers_config: ResolversConfig,  # noqa: ARG001, one signature for all packing functions
    message: Message | Mapping[str, Any],
) -> PackedPlaintext:
    """Pack a message as plaintext, neither encrypted nor signed.

    For invitations and for debugging. DIDComm v2.1, section "DIDComm Plaintext Messages".

    Args:
        resolvers_config: Unused; every packing function has it.
        message: What to pack.

    Raises:
        ValueError: The message announces a DID rotation, which must be encrypted.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, Message, ResolversConfig
        >>> from pydidcomm import pack_plaintext
        >>> resolvers = ResolversConfig(secrets_resolver=InMemorySecrets(), did_resolver=LocalResolver())
        >>> hello = Message(type="https://example.org/greeting/1.0/hello", id="one")
        >>> asyncio.run(pack_plaintext(resolvers, hello)).packed_msg
        '{"id":"one","typ":"application/didcomm-plain+json","type":"https://example.org/greeting/1.0/hello","body":{}}'
    """
    return _core.pack_plaintext(message)


async def pack_signed(
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    sign_frm: str,
    *,
    kid_in: KidIn = "header",
) -> PackedSigned:
    """Sign a message without encrypting it.

    Every reader can verify the signer. DIDComm v2.1, section "DIDComm Signed Messages".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        message: What to pack; a missing `frm` is filled in.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
        kid_in: The header of the signature that holds `kid`: "header", or "protected" for Veramo.

    Raises:
        ValueError: `from` of the message is another DID, or the message announces a DID rotation.
        NotFoundError: The signer's DID, key or secret was not found.
        UnsupportedError: None of the signer's keys is on a curve that signs: Ed25519, P-256 or secp256k1.

    Warns:
        MissingToWarning: The message has no `to` and is not an out-of-band invitation; `unpack` refuses it.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, Message, ResolversConfig
        >>> from pydidcomm import create_peer_did, pack_signed
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     alice = await create_peer_did(secrets)
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", to=["did:example:bob"])
        ...     return await pack_signed(resolvers, hello, sign_frm=alice)
        >>> asyncio.run(main()).media_type
        'application/didcomm-signed+json'
    """
    operation = operations.pack_signed(resolvers_config, message, sign_frm, kid_in)
    result: PackedSigned = await drive(operation, resolvers_config)
    operations.warn_of_missing_to(message)
    return result


async def pack_encrypted(  # noqa: PLR0913, PLR0917, the arguments that the tutorial has
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: str,
    frm: str | None = None,
    sign_frm: str | None = None,
    config: PackEncryptedConfig | None = None,
    params: PackEncryptedParameters | None = None,
) -> Packed:
    """Encrypt a message for one recipient, and wrap it for the recipient's mediators.

    The message is encrypted to all keys of the recipient on the chosen curve. `deliveries` of the result has
    a text for each endpoint of the recipient, in the recipient's order.
    DIDComm v2.1, sections "DIDComm Encrypted Messages" and "Sender Process to Enable Forwarding".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        message: What to pack; a missing `frm` is filled in, and where the message is signed a missing `to`.
        to: The recipient: a DID, or the DID URL of one of its keys under `keyAgreement`.
        frm: The sender for authcrypt: a DID, or the DID URL of one of its keys. None for anoncrypt, which
            does not prove `frm` of the message; `DIDCommMessaging.pack` defaults to `frm` of the message.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`. For both `frm`
            and `sign_frm` see `PackEncryptedConfig`.
        config: The options for encryption.
        params: The options for this message only.

    Raises:
        ValueError: `to`, `frm` or `sign_frm` contradicts the message, or there are more keys than `max_keys`.
        NotFoundError: A DID, a key or a secret was not found; EndpointNotFoundError: a mediator, or a service
            that `params` names, has no endpoint.
        MalformedDocumentError: The mediators of the recipient form a loop, or are too many.
        UnsupportedError: The recipient has no key on one of `curves`; IncompatibleKeysError: the sender has
            no key on a curve of the recipient.

    Warns:
        UnprovedSenderWarning: The message has `frm`, and neither the argument `frm` nor `sign_frm` is given.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, Message, ResolversConfig
        >>> from pydidcomm import create_peer_did, pack_encrypted, unpack
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     alice, bob = await create_peer_did(secrets), await create_peer_did(secrets)
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        ...     packed = await pack_encrypted(resolvers, hello, to=bob, frm=alice)
        ...     received = await unpack(resolvers, packed.packed_msg)
        ...     return received.message.body["msg"], received.sender == alice
        >>> asyncio.run(main())
        ('Hi Bob', True)
    """
    operation = operations.pack_encrypted(resolvers_config, message, to, frm, sign_frm, config, params)
    result: Packed = await drive(operation, resolvers_config)
    operations.warn_of_anonymity(message, frm, sign_frm)
    return result


async def pack_encrypted_to_each(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted`
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: Sequence[str],
    frm: str | None = None,
    sign_frm: str | None = None,
    config: PackEncryptedConfig | None = None,
    params: PackEncryptedParameters | None = None,
) -> list[Outcome[Packed]]:
    """Encrypt one message for several recipients, each in an envelope of its own.

    The message is signed once. Where it is signed and has no `to`, all recipients are filled in, so each
    recipient sees the others. DIDComm v2.1, section "Message Encryption".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        message: What to pack; `to`, where present, must contain every recipient.
        to: The recipients: DIDs, or DID URLs of keys under `keyAgreement`.
        frm: The sender for authcrypt; None for anoncrypt. See `pack_encrypted`.
        sign_frm: The signer; see `pack_encrypted`.
        config: The options for encryption.
        params: The options for this message only.

    Returns:
        An outcome for each recipient, in the order of `to`. A failure for one does not affect the others.

    Raises:
        ValueError: `to` is empty, or `to`, `frm` or `sign_frm` contradicts the message.
        NotFoundError: The signer's DID, key or secret was not found.
        UnsupportedError: None of the signer's keys is on a curve that signs.

    Warns:
        UnprovedSenderWarning: The message has `frm`, and neither the argument `frm` nor `sign_frm` is given.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, pack_encrypted_to_each
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     alice, bob = [await party.create_peer_did() for _ in range(2)]
        ...     news = Message(type="https://example.org/news/1.0/headline", body={"text": "Rain"})
        ...     to = [bob, "did:example:gone"]
        ...     sent = await pack_encrypted_to_each(party.resolvers_config, news, to, frm=alice)
        ...     return [type(outcome.value or outcome.error).__name__ for outcome in sent]
        >>> asyncio.run(main())
        ['Packed', 'DidNotFoundError']
    """
    operation = operations.pack_encrypted_to_each(
        resolvers_config, message, to, frm, sign_frm, config, params
    )
    entries = await drive(operation, await resolve_together(resolvers_config, to))
    operations.warn_of_anonymity(message, frm, sign_frm)
    return outcomes(entries)


async def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> UnpackResult:
    """Unpack a message, and verify everything that it claims.

    A claim that is not proved raises an exception. A forward addressed to the recipient itself is opened too,
    and proves nothing about the message inside. `receive` also reads DIDComm v1. DIDComm v2.1, sections
    "Message Layer Addressing Consistency" and "Rewrapping".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: The requirements and limits.

    Raises:
        MalformedMessageError: The message breaks the specification.
        UntrustedMessageError: A claim of the message is not proved.
        DecryptionError: The message cannot be decrypted.
        InvalidSignatureError: A signature does not verify.
        UnsupportedError: The message uses an unsupported algorithm.
        NotFoundError: A DID, a key or a secret was not found.
        PolicyError: The message is authentic but violates `config`.
        ReplayedMessageError: The replay window of `resolvers_config` contains the message already.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, unpack
        >>> resolvers = ResolversConfig(secrets_resolver=InMemorySecrets(), did_resolver=LocalResolver())
        >>> plain = '{"id":"one","type":"https://example.org/greeting/1.0/hello","from":"did:example:alice"}'
        >>> asyncio.run(unpack(resolvers, plain)).metadata
        Metadata(encrypted=False, authenticated=False)
    """
    operation = operations.unpack(resolvers_config, packed_msg, config)
    received: UnpackResult = await drive(operation, resolvers_config)
    return await check_acceptance(received, resolvers_config, config)


async def receive(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> UnpackResult | V1Message:
    """Unpack a message of DIDComm v2 or DIDComm v1.

    A message of DIDComm v1 (Aries RFC 0019) proves at most a verkey, never a DID. Authcrypt meets
    `require_authenticated` of `config`, and its verkey is what `allowed_senders` is checked against; no
    message of DIDComm v1 meets `require_signed` or `require_profile`.

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: The requirements and limits.

    Returns:
        `UnpackResult` for DIDComm v2, as `unpack` does; `V1Message` for v1, as `v1.unpack` does.

    Raises:
        DIDCommError: The message is refused; see `pydidcomm.unpack`.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, UnpackResult, receive, v1
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     verkey = await v1.create_verkey(party.secrets)
        ...     packed = await v1.pack(party.resolvers_config, {"@id": "1"}, [verkey], verkey)
        ...     received = await receive(party.resolvers_config, packed.text)
        ...     if isinstance(received, UnpackResult):
        ...         return received.sender
        ...     return received.sender_verkey == verkey
        >>> asyncio.run(main())
        True
    """
    operation = operations.receive(resolvers_config, packed_msg, config)
    received: UnpackResult | V1Message = await drive(operation, resolvers_config)
    return await check_acceptance(received, resolvers_config, config)


async def sign_attachment(
    resolvers_config: ResolversConfig,
    attachment: Attachment,
    sign_frm: str,
    content: bytes | None = None,
    *,
    compact: bool = False,
) -> Attachment:
    """Sign the content of an attachment with a detached signature in `jws`.

    The signer may be another party than the sender of the message.
    DIDComm v2.1, section "Attachments"; RFC 7515 appendix F.

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        attachment: What to sign: bytes, or links with `content`. `json` has no canonical bytes to sign.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
        content: The content of an attachment with links.
        compact: Whether `jws` is a compact string instead of an object. The Rust implementations of SICPA,
            Identus and Affinidi refuse a message with an object there.

    Raises:
        ValueError: The attachment is signed already, has `json`, or its content does not match its hash; or
            the content is a message from the signer: use `pack_signed`.
        ContentNotFoundError: The attachment has only links, and `content` is None.
        NotFoundError: The signer's DID, key or secret was not found.
        UnsupportedError: None of the signer's keys is on a curve that signs: Ed25519, P-256 or secp256k1.

    Example:
        >>> import asyncio
        >>> from pydidcomm import Attachment, InMemorySecrets, LocalResolver, ResolversConfig
        >>> from pydidcomm import create_peer_did, sign_attachment, verify_attachment
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     carol = await create_peer_did(secrets)
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     deed = Attachment.from_bytes(b"It is yours.", media_type="text/plain")
        ...     signed = await sign_attachment(resolvers, deed, sign_frm=carol)
        ...     return (await verify_attachment(resolvers, signed, signer=carol)).did == carol
        >>> asyncio.run(main())
        True
    """
    operation = operations.sign_attachment(resolvers_config, attachment, sign_frm, content, compact=compact)
    result: Attachment = await drive(operation, resolvers_config)
    return result


async def verify_attachment(
    resolvers_config: ResolversConfig,
    attachment: Attachment,
    content: bytes | None = None,
    *,
    signer: str | None = None,
) -> AttachmentSignature:
    """Verify the signature of an attachment, and return its key, DID and algorithm.

    The key must be listed under `authentication` of its DID. Pass the expected DID as `signer`, or compare it
    with `did` of the result. DIDComm v2.1, section "Attachments"; RFC 7515 appendix F.

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        attachment: The signed attachment. `jws` is an object in the general or flattened form, or a compact
            string.
        content: The content fetched from a link. For `json`, the bytes that the signer signed instead of it.
        signer: The expected signer, for instance `sender` of the message. It is needed where `kid` is in the
            unprotected header, which the signature does not cover.

    Raises:
        UntrustedMessageError: The signature names a key of another DID than `signer`.
        InvalidSignatureError: The signature does not verify for this content.
        MalformedMessageError: A valid `jws` is missing, or `content` differs from the inline content.
        ContentNotFoundError: The attachment has only links, and `content` is None.
        UnsupportedError: The algorithm is not supported, or the attachment has `json` and `content` is None.
        NotFoundError: The signer's DID or key was not found.

    Example:
        >>> import asyncio
        >>> from pydidcomm import Attachment, InMemorySecrets, InvalidSignatureError, LocalResolver
        >>> from pydidcomm import ResolversConfig, create_peer_did, sign_attachment, verify_attachment
        >>> async def main():
        ...     secrets = InMemorySecrets()
        ...     carol = await create_peer_did(secrets)
        ...     resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        ...     film = Attachment.from_links(["https://example.com/film"], content=b"...")
        ...     signed = await sign_attachment(resolvers, film, sign_frm=carol, content=b"...")
        ...     try:
        ...         await verify_attachment(resolvers, signed, content=b"another film")
        ...     except InvalidSignatureError as error:
        ...         return str(error)
        >>> asyncio.run(main())
        'the signature is not valid'
    """
    operation = operations.verify_attachment(resolvers_config, attachment, content, signer)
    return AttachmentSignature(*await drive(operation, resolvers_config))
