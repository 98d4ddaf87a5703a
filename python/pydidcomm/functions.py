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
from pydidcomm._driver.together import resolved_together
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
    """The message as anybody can read and change it: for invitations, and for looking.

    DIDComm v2.1, section "DIDComm Plaintext Messages".

    Args:
        resolvers_config: Not needed here; every packing function has it.
        message: What to pack.

    Raises:
        ValueError: The message announces a DID rotation, which has to be encrypted.

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
    """The message signed: anybody can read it, and verify who signed.

    DIDComm v2.1, section "DIDComm Signed Messages".

    Args:
        resolvers_config: Where DID documents and secrets come from.
        message: What to pack; `frm` is filled in where it is missing.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
        kid_in: The header of the signature that holds `kid`: "header", or "protected" for Veramo.

    Raises:
        ValueError: `from` of the message is another DID, or the message announces a DID rotation.
        NotFoundError: The signer's DID, key or secret is not there.
        UnsupportedError: The signer has no key that is on offer.

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
    """The message encrypted for one recipient, and wrapped for the mediators that its document names.

    It is encrypted to all keys of the recipient on the curve that is chosen. Where the recipient takes
    messages in several places, `deliveries` of the result has a text for each, in the recipient's order.
    DIDComm v2.1, sections "DIDComm Encrypted Messages" and "Sender Process to Enable Forwarding".

    Args:
        resolvers_config: Where DID documents and secrets come from.
        message: What to pack; `frm` is filled in where it is missing, `to` where the message is signed.
        to: The recipient: a DID, or the DID URL of one of its keys under `keyAgreement`.
        frm: The sender, a DID or the DID URL of one of its keys: authcrypt. None: anoncrypt, even where the
            message has `frm`, which nothing proves then: see the warning. `DIDCommMessaging.pack` uses that
            of the message.
        sign_frm: The signer, a DID or the DID URL of one of its keys. With `frm` see `PackEncryptedConfig`.
        config: How to encrypt.
        params: Options of this message alone.

    Raises:
        ValueError: `to`, `frm` or `sign_frm` contradict the message; every recipient would refuse it.
        NotFoundError: A DID, a key or a secret is not there; EndpointNotFoundError: a mediator, or a service
            that `params` names, takes no messages.
        MalformedDocumentError: The mediators of the recipient form a loop, or are too many.
        UnsupportedError: The recipient has no key that is on offer; IncompatibleKeysError: none that fits
            a key of the sender.

    Warns:
        UnprovedSenderWarning: The message has `frm`, and there is neither the argument `frm` nor `sign_frm`.

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
    """One message encrypted for several recipients, for each by itself; in the order of `to`.

    No envelope has keys of two DIDs, and each goes its own way. The message is signed once. Where it is
    signed and has no `to`, all recipients are filled in; they learn of one another. DIDComm v2.1, section
    "Message Encryption".

    Args:
        resolvers_config: Where DID documents and secrets come from.
        message: What to pack; its `to`, if there is one, names every recipient.
        to: The recipients: DIDs, or DID URLs of keys under `keyAgreement`.
        frm: The sender; see `pack_encrypted`, as for the other arguments.
        sign_frm: The signer.
        config: How to encrypt.
        params: Options of this message alone.

    Returns:
        An outcome for each recipient. One that cannot be packed for does not keep the others from being.

    Raises:
        ValueError: `to`, `frm` or `sign_frm` contradict the message; every recipient would refuse it.
        NotFoundError: The signer's DID, key or secret is not there.
        UnsupportedError: The signer has no key that is on offer.

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
    entries = await drive(operation, await resolved_together(resolvers_config, to))
    operations.warn_of_anonymity(message, frm, sign_frm)
    return outcomes(entries)


async def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> UnpackResult:
    """The message inside of all its layers, and what was proved about it; `receive` also reads DIDComm v1.

    Returns only if every claim of the message is proved. A forward that a mediator made for ourselves is
    opened too; it proves nothing about the message inside. DIDComm v2.1, sections "Message Layer Addressing
    Consistency" and "Rewrapping".

    Args:
        resolvers_config: Where DID documents and secrets come from.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: What to demand and what is too large.

    Raises:
        MalformedMessageError: The message breaks the specification.
        UntrustedMessageError: It claims something that is not proved.
        DecryptionError: It cannot be decrypted.
        InvalidSignatureError: Its signature does not verify.
        UnsupportedError: It uses an algorithm that is not on offer.
        NotFoundError: A DID, a key or a secret is not there.
        PolicyError: All is proved, and `config` demands more.
        ReplayedMessageError: The message was here before, as the replay window of `resolvers_config` knows.

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
    """Unpack a message of DIDComm v2 or of DIDComm v1, whichever it is.

    A message of DIDComm v1 (Aries RFC 0019) proves at most a verkey, never a DID. Of the demands of
    `config` it meets `require_authenticated` by authcrypt and `allowed_senders` by its verkey, and
    neither `require_signed` nor `require_profile`.

    Args:
        resolvers_config: Where DID documents and secrets come from.
        packed_msg: The message as it arrived, as text, bytes or parsed JSON.
        config: What to demand and what is too large.

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
    """Sign the content of an attachment with a detached signature.

    The signer need not be the sender of the message.
    DIDComm v2.1, section "Attachments"; RFC 7515 appendix F.

    Args:
        resolvers_config: Where DID documents and secrets come from.
        attachment: What to sign: bytes, or links with `content`. `json` has no one form to sign.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
        content: What the links lead to.
        compact: Whether `jws` is a string in place of an object: the implementations in Rust of SICPA,
            Identus and Affinidi refuse a message with an object there.

    Raises:
        ValueError: The attachment is signed already, inlines `json`, or its content does not fit its hash; or
            the content is a message from the signer, which `pack_signed` signs.
        ContentNotFoundError: There are only links, and no `content` was given.
        NotFoundError: The signer's DID, key or secret is not there.
        UnsupportedError: The signer has no key that is on offer.

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
    """Verify the signature of an attachment, and return the key, the DID and the algorithm.

    The DID lists that key under `authentication`. Pass the DID that you expect as `signer`, or compare `did`
    of the result with it. DIDComm v2.1, section "Attachments"; RFC 7515 appendix F.

    Args:
        resolvers_config: Where DID documents come from.
        attachment: What was signed. `jws` is read as an object in the general or flattened form, and as a
            compact string.
        content: What was fetched from a link. For `json`, the bytes that the signer is known to have signed
            in its place.
        signer: The DID that has to have signed, for instance `sender` of the message. It is needed where
            `kid` stands in the unprotected header, which the signature does not cover.

    Raises:
        UntrustedMessageError: The signature names a key of another DID than `signer`.
        InvalidSignatureError: The signature does not verify: this content was not signed.
        MalformedMessageError: There is no signature, or it breaks its specification, or `content` is not what
            is inlined next to the links.
        ContentNotFoundError: There are only links, and no `content` was given.
        UnsupportedError: The algorithm is not on offer, or what was signed is `json`.
        NotFoundError: The signer's DID or key is not there.

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
