"""
The compiled core of pydidcomm.

It relies on the interpreter lock, in a fork for instance, and so declares that it needs it.
"""

from _typeshed import SupportsGetItem
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg, SignAlg
from pydidcomm.message_warning import MessageWarning
from typing import Any, Final, Literal, Self, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["__version__", "Agree", "Attachment", "Batch", "Context", "DIDDocument", "Delivery", "Envelope", "FindSecrets", "FormFault", "Forwarded", "FromPrior", "InMemorySecrets", "LocalResolver", "LongWork", "Message", "Metadata", "Operation", "PackOptions", "PackParameters", "Packed", "PackedForward", "PackedPlaintext", "PackedSigned", "PeerEnded", "PeerRotated", "PublicKey", "ResolveDid", "Resolved", "Secret", "Service", "ServiceEndpoint", "ServiceMetadata", "Sign", "UnpackOptions", "UnpackResult", "V1Forwarded", "V1Message", "V1Packed", "check_claims", "choose_layer_keys", "decrypt_layer", "describe", "document_of", "encode_did_document", "encode_jwk_did", "encode_key_did", "encode_peer_did", "encode_peer_public_keys", "encode_public_keys", "encrypt_layer", "find_routes", "inspect", "keep_long_form", "malformed_text", "pack_encrypted", "pack_plaintext", "pack_signed", "prepare_process", "processors", "read_object", "receive", "restore", "rewrap", "same_message_type", "same_party", "sanitize", "short_form", "sign_attachment", "unpack", "unpack_forward", "unsupported_text", "untrusted_text", "v1_forward", "v1_pack", "v1_public_key", "v1_unpack", "v1_unpack_forward", "v1_verkey", "verify_attachment", "wrap_in_forward"]

__version__: Final[str]
"""
The version of the package.
"""

@final
class Agree:
    """
    Requests from an external key the raw shared secret with a public key.
    """
    @property
    def key(self, /) -> Any:
        """
        The object that stands for the key.
        """
    @property
    def public_key(self, /) -> PublicKey:
        """
        The other party's key.
        """

@final
class Attachment:
    """
    Content in addition to the body of a message.

    `from_bytes`, `from_file`, `from_json_value` and `from_links` make one; `data` given to the constructor is
    the object that the specification defines: `{"json": value}`, `{"base64": text}` (base64url), or
    `{"links": [url, ...], "hash": multihash}`, with an optional `jws`. `id` is a fresh UUID unless given.
    Where a peer wrote several of `base64`, `json` and `links`, the content is that of `base64`, else of `json`.
    `DIDCommMessaging.sign_attachment` signs an attachment. DIDComm v2.1, section "Attachments".

    Raises:
        TypeError: An argument has another type, or JSON has no form for it.
        ValueError: `data` has no content, links have no hash, `hash` is not a multihash, `base64` is not
            base64url, or `id` has characters other than letters, digits and `-._~`.

    Example:
        >>> from pydidcomm import Attachment
        >>> Attachment(id="offer", media_type="application/json", data={"json": {"price": 7}}).data
        {'json': {'price': 7}}
    """
    def __copy__(self, /) -> Self: ...
    def __deepcopy__(self, _memo: "Any", /) -> "Attachment": ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, data: Mapping[str, Any], id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None, byte_count: int | None = None) -> Attachment: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def as_dict(self, /) -> dict[str, Any]:
        """
        The attachment as its JSON object, unknown members included.
        """
    @property
    def byte_count(self, /) -> int | None:
        """
        The size of the content in bytes, as the sender states it; None where it is not a whole number.

        It is informative: `as_dict()` has it as it was written.
        """
    def content(self, /) -> bytes:
        """
        The bytes that are inlined: those of `base64`, or the JSON text of `json` as it was written.

        `base64` is read in either alphabet, with and without padding and line breaks.

        Raises:
            ContentNotFoundError: There are only links; fetch one, and `verify_hash` what came.
            MalformedMessageError: `base64` is none.

        Example:
            >>> from pydidcomm import Attachment
            >>> Attachment(data={"base64": "WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw=="}).content()
            b'Your hovercraft is full of eels'
        """
    @property
    def data(self, /) -> Mapping[str, Any]:
        """
        Where the content is, the object with `json`, `base64` or `links`, a `dict` that is read-only.
        """
    @property
    def description(self, /) -> str | None:
        """
        What the content is, for people.
        """
    @property
    def filename(self, /) -> str | None:
        """
        A name for a file with the content, one component, without letters that a file system refuses.

        None where the sender gives no name, or one of which nothing is left. A file of that name may exist:
        open with mode "x". `raw_filename` is the name as the sender wrote it.

        Example:
            >>> from pydidcomm import Attachment
            >>> report = Attachment.from_bytes(b"...", filename="../../etc/report.pdf")
            >>> report.filename, report.raw_filename
            ('report.pdf', '../../etc/report.pdf')
        """
    @property
    def format(self, /) -> str | None:
        """
        The format of the content, more exactly than its media type tells.
        """
    @staticmethod
    def from_bytes(content: bytes | bytearray | memoryview, *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None, hash: "bool" = False) -> Attachment:
        """
        The attachment that inlines these bytes, as base64url.

        `hash` adds their multihash, which an encrypted or signed message does not need.

        Raises:
            ValueError: `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> from pydidcomm import Attachment
            >>> Attachment.from_bytes(b"\\xff\\xef\\xbe", media_type="application/octet-stream").data
            {'base64': '_---'}
        """
    @staticmethod
    def from_dict(attachment: Mapping[str, Any]) -> Attachment:
        """
        Reads an attachment from its JSON object.
        """
    @staticmethod
    def from_file(path: str | PathLike[str], *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, hash: "bool" = False) -> Attachment:
        """
        The attachment that inlines a file, under its name, with its size and time of change.

        The media type is guessed from the extension by `mimetypes` unless given. Reads the file before it
        returns: in an event loop, read it there and use `from_bytes`.

        Raises:
            OSError: The file cannot be read.
            ValueError: `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> import pathlib, tempfile
            >>> from pydidcomm import Attachment
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     path = pathlib.Path(folder, "offer.json")
            ...     _ = path.write_text("[7]")
            ...     offer = Attachment.from_file(path)
            >>> offer.filename, offer.media_type, offer.byte_count, offer.json()
            ('offer.json', 'application/json', 3, [7])
        """
    @staticmethod
    def from_json(attachment: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> Attachment:
        """
        Reads an attachment from its JSON text.
        """
    @staticmethod
    def from_json_value(value: Any, *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None) -> Attachment:
        """
        The attachment that inlines a JSON value as it is, of media type `application/json` unless given.

        It cannot be signed, as two writers may write one value as different bytes; `from_bytes` can.

        Raises:
            TypeError: JSON has no form for the value.
            ValueError: A number is not finite, or `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> from pydidcomm import Attachment
            >>> Attachment.from_json_value({"price": 7}, id="offer").as_dict()
            {'id': 'offer', 'media_type': 'application/json', 'data': {'json': {'price': 7}}}
        """
    @staticmethod
    def from_links(links: Sequence[str], *, hash: str | None = None, content: bytes | bytearray | memoryview | None = None, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None, byte_count: int | None = None) -> Attachment:
        """
        The attachment whose content is to be fetched from any of these links.

        A link needs the multihash of its content: give `hash`, or `content` to have it computed; `content`
        itself is not sent.

        Raises:
            ValueError: A link is missing, `hash` is not a multihash, not one of `hash` and `content` is given, or
                `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> from pydidcomm import Attachment
            >>> film = Attachment.from_links(["https://example.com/film"], content=b"...")
            >>> film.links, film.hash, film.byte_count
            (('https://example.com/film',), 'zQmZsbXTMpTENLEjaeKPyPbtJbKTL4FEJVHnrzSkVsGGVUq', 3)
        """
    @property
    def hash(self, /) -> str | None:
        """
        The multihash of the content, as it was written; `verify_hash` compares it.
        """
    @property
    def id(self, /) -> str | None:
        """
        The id, unique within its message.
        """
    def json(self, /) -> Any:
        """
        The content that is inlined as a JSON value: that of `json`, or what the bytes of `base64` say.

        Raises:
            ContentNotFoundError: There are only links.
            MalformedMessageError: The bytes are not JSON.
        """
    @property
    def lastmod_time(self, /) -> Any | None:
        """
        When the content was last modified, as the sender wrote it.
        """
    @property
    def links(self, /) -> tuple[str, ...]:
        """
        Where the content can be had, in the order in which the sender wrote it; empty where it is inlined.
        """
    @property
    def media_type(self, /) -> str | None:
        """
        The media type of the content.
        """
    @property
    def raw_filename(self, /) -> str | None:
        """
        The file name as the sender wrote it, not safe to create a file with.
        """
    def verify_hash(self, /, content: bytes | bytearray | memoryview | None = None) -> None:
        """
        Returns if `hash` is that of the content, and raises otherwise.

        The content is what is inlined, or `content` fetched from a link. The hash is over the bytes of the
        content (for `json` over its text as it stands). SHA-256 and SHA-512 multihashes are compared, written
        in multibase, bare base58btc or hex; ours are SHA-256 in base58btc multibase, `zQm...`.

        Raises:
            UntrustedMessageError: The content is another one.
            UnsupportedError: The hash was made by another function.
            MalformedMessageError: The hash is missing or not a multihash (a bare digest is not one), or `content`
                is not what is inlined next to the links.
            ContentNotFoundError: There are only links, and no `content` was given.

        Example:
            >>> from pydidcomm import Attachment, UntrustedMessageError
            >>> film = Attachment.from_links(["https://example.com/film"], content=b"...")
            >>> film.verify_hash(b"...")
            >>> try:
            ...     film.verify_hash(b"..,")
            ... except UntrustedMessageError as error:
            ...     print(error)
            untrusted message: attachment.data.hash=content is not proved
        """

@final
class Batch:
    """
    Operations of which none waits for another, and which are asked for together.
    """
    def __new__(cls, /, operations: SupportsGetItem[int, Any], threads: SupportsIndex | None) -> Batch:
        """
        Takes operations that were prepared, and exceptions in the places of what could not be; and how many threads
        they may run on: None for all.
        """
    def cancel(self, /) -> None:
        """
        Withdraws the batch: operations that have not begun are skipped.
        """
    @property
    def long(self, /) -> bool:
        """
        Whether it takes so long that an event loop is left for it.
        """
    def results(self, /) -> Any:
        """
        The results in the order of the operations, and exceptions in the places of what failed.
        """
    def run(self, /) -> Any:
        """
        Runs each operation to its next question or to its result; the questions, or none where all have ended.
        """
    def supply(self, /, answers: SupportsGetItem[int, Any]) -> None:
        """
        Answers the next questions in their order, as `Operation.supply` does; an exception fails all that asked.
        """
    @staticmethod
    def unpacking(packed_msgs: SupportsGetItem[int, Any], options: UnpackOptions, replay_key: bool, known: tuple[Context, int], threads: SupportsIndex | None) -> Batch:
        """
        Prepares the unpacking of each of the messages.
        """

@final
class Context:
    """
    What a party's operations can answer without asking Python, and what they have to know; prepared once.
    """
    def __new__(cls, /, *, secrets: InMemorySecrets | None = None, resolver: LocalResolver | None = None, prefixes: Sequence[str] = ..., exceptions: Sequence[str] = ..., taking_options: SupportsGetItem[int, tuple[str, bool]] = ..., remember_peers: "bool" = True, max_document_entries: int | None = None) -> Context:
        """
        Takes secrets, a resolver, the prefixes of the DIDs that it resolves and the longer ones that it does not;
        which resolvers take options, by prefix; whether keys remember peers; and the most entries of a document.
        """

@final
class DIDDocument:
    """
    A DID document, parsed once; what a resolver may hand out again and again.

    Made from the document's JSON object. Ids in it may be absolute or relative, keys embedded or
    referenced; a key or a service that cannot be used is passed over. DIDComm v2.1, section "DID Document Keys".

    Raises:
        MalformedDocumentError: It has no `id` that is a DID, or a relationship that is not a list.

    Example:
        >>> from pydidcomm import DIDDocument
        >>> document = DIDDocument({"id": "did:example:bob", "keyAgreement": [{"id": "#key-1", "type": "Multikey",
        ...     "publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"}]})
        >>> document.key_agreement
        ('did:example:bob#key-1',)
    """
    def __copy__(self, /) -> Self: ...
    def __deepcopy__(self, _memo: "Any", /) -> "DIDDocument": ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, document: Mapping[str, Any]) -> DIDDocument: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str:
        """
        The keys and services as a table for notebooks.
        """
    def as_dict(self, /) -> dict[str, Any]:
        """
        The document as its JSON object: a fresh copy.
        """
    @property
    def authentication(self, /) -> tuple[str, ...]:
        """
        The absolute ids of the keys that sign in the name of the DID, in the document's order.
        """
    @property
    def id(self, /) -> str:
        """
        The DID that the document describes.
        """
    @property
    def key_agreement(self, /) -> tuple[str, ...]:
        """
        The absolute ids of the keys that messages are encrypted to, in the document's order.
        """
    @property
    def services(self, /) -> tuple[Service, ...]:
        """
        The DIDComm services, in the document's order.
        """

@final
class Delivery:
    """
    One way to hand an envelope over: a URI, and the text that is wrapped for that URI.

    DIDComm v2.1, sections "Sender Process to Enable Forwarding" and "Failover".
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-encrypted+json".
        """
    @property
    def message(self, /) -> str:
        """
        The text for the wire, in one layer for each mediator on the way.

        That of the first delivery is there; that of another one is wrapped when it is first read.
        """
    @property
    def route(self, /) -> tuple[str, ...]:
        """
        Whom the text is wrapped for, the outermost layer first, mediators, or certain keys of theirs.
        """
    @property
    def routed_to_kids(self, /) -> tuple[str, ...]:
        """
        The keys of the first mediator that the outermost layer is encrypted to; none without a mediator.
        """
    @property
    def service_id(self, /) -> str:
        """
        The absolute id of the recipient's service that names the way.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """
    @property
    def uri(self, /) -> str:
        """
        The URI that takes the text.
        """

@final
class Envelope:
    """
    One envelope of a message, for the recipient's keys on one curve.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def curve(self, /) -> str:
        """
        The curve of all its keys.
        """
    @property
    def deliveries(self, /) -> tuple[Delivery, ...]:
        """
        The ways to hand it over, in the recipient's order of preference; when one fails take the next.
        """
    def delivery(self, /, *schemes: "str") -> Delivery:
        """
        The first delivery to a URI with one of these schemes; to any where none is given.

        Raises EndpointNotFoundError where there is none.
        """
    @property
    def from_kid(self, /) -> str | None:
        """
        The key that authenticates the sender; None in anoncrypt.
        """
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-encrypted+json".
        """
    @property
    def message(self, /) -> str:
        """
        The text for the wire, wrapped for the mediators before the first of the deliveries.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The keys of the recipient that it was encrypted to.
        """

@final
class FindSecrets:
    """
    Asks for secrets.
    """
    @property
    def every(self, /) -> bool:
        """
        Whether all that are held are wanted; otherwise the first will do.
        """
    @property
    def kids(self, /) -> list[str]:
        """
        The kids, the preferred first.
        """
    @property
    def only(self, /) -> str | None:
        """
        The kid, if there is one; None where there are several.
        """
    @property
    def public_keys(self, /) -> list[PublicKey]:
        """
        The public half of each where they are known; otherwise none.
        """

@final
class FormFault:
    """
    A part of a received message that was read as absent, because its form is not the specification's.

    `Metadata.form_faults` has them where `UnpackConfig.tolerate_form_faults` is on; without it the message is
    refused with MalformedMessageError.

    Example:
        >>> from pydidcomm import UnpackConfig, sync
        >>> plain = '{"id":"one","type":"https://example.org/a/1.0/b","created_time":"2026-11-28T21:00:00Z"}'
        >>> result = sync.DIDCommMessaging().unpack(plain, config=UnpackConfig(tolerate_form_faults=True))
        >>> fault, = result.metadata.form_faults
        >>> fault.part, fault.value, result.message.created_time
        ('created_time', '2026-11-28T21:00:00Z', None)
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def part(self, /) -> str:
        """
        The part, as its path in the message, `created_time`, `attachments[0].id`.
        """
    @property
    def reason(self, /) -> str:
        """
        What is wrong with its form.
        """
    @property
    def value(self, /) -> Any:
        """
        The value as the sender wrote it, read-only; None where it is missing.
        """

@final
class Forwarded:
    """
    What a mediator hands on, and to which DID; the content is not proved yet.

    DIDComm v2.1, section "Routing Protocol 2.0".
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def delay_milli(self, /) -> tuple[int, int] | None:
        """
        How many milliseconds to wait before handing on, a time at random from the first to the second of them.

        Both are the same where the sender asks for a certain time; None where it asks for none.
        """
    @property
    def expires_time(self, /) -> int | None:
        """
        When the sender loses interest, in seconds since the epoch; None where it never does.
        """
    def goes_to(self, /, party: str) -> bool:
        """
        Whether `next` is this party: the same DID, and where both name a key the same key.
        """
    @property
    def links(self, /) -> tuple[Attachment, ...]:
        """
        The attachments that have to be fetched before they can be handed on, each with `links` and a `hash`.
        """
    @property
    def message(self, /) -> Message:
        """
        The forward as a message, with every header that it has.
        """
    @property
    def messages(self, /) -> tuple[str, ...]:
        """
        The messages to hand on, JSON texts, as they were attached and in that order.
        """
    @property
    def metadata(self, /) -> Metadata:
        """
        What was proved about the forward; it says nothing about the messages inside.
        """
    @property
    def next(self, /) -> str:
        """
        Who gets the messages next, as the sender wrote it, a DID, or the id of a key.
        """
    @property
    def received(self, /) -> UnpackResult:
        """
        The forward as any message is received.
        """

@final
class FromPrior:
    """
    The claims of a DID rotation: `iss` becomes `sub`, or ends where `sub` is None.

    Put into `Message.from_prior`, the claims are signed by a key of `iss` when the message is packed;
    found there after `unpack`, they have been verified. `iat` is the time of the rotation: the time at
    which the object was made, unless given. Times are seconds since 1970-01-01T00:00:00Z.
    DIDComm v2.1, section "DID Rotation".

    Raises:
        ValueError: `iss` or `sub` is not a DID, or they are the same.

    Example:
        >>> from pydidcomm import FromPrior
        >>> FromPrior(iss="did:example:old", sub="did:example:new", iat=1516269022)
        FromPrior(iss='did:example:old', sub='did:example:new')
    """
    def __copy__(self, /) -> Self: ...
    def __deepcopy__(self, _memo: "Any", /) -> "FromPrior": ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, iss: str, sub: str | None = None, aud: str | Sequence[str] | None = None, exp: int | None = None, nbf: int | None = None, iat: int | None = None, jti: str | None = None) -> FromPrior: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def as_dict(self, /) -> dict[str, Any]:
        """
        The claims as the JWT carries them.
        """
    @property
    def aud(self, /) -> str | tuple[str, ...] | None:
        """
        Whom the token is for.
        """
    @property
    def exp(self, /) -> int | None:
        """
        When the token ceases to be valid, in seconds since the epoch.
        """
    @property
    def iat(self, /) -> int | None:
        """
        When the DID was rotated, in seconds since the epoch.
        """
    @property
    def iss(self, /) -> str:
        """
        The prior DID, which signs.
        """
    @property
    def jti(self, /) -> str | None:
        """
        The id of the token.
        """
    @property
    def nbf(self, /) -> int | None:
        """
        When the token becomes valid, in seconds since the epoch.
        """
    @property
    def sub(self, /) -> str | None:
        """
        The new DID; None ends the relationship.
        """

@disjoint_base
class InMemorySecrets:
    """
    Secrets kept in this process, each parsed when it enters.

    Takes JWKs with their `kid`, the other forms that `Secret` reads, and `Secret` handles. It is a
    `SecretsStore`: `add_key` puts a secret in, `get_key` and `get_keys` find them.

    A DID with a long and a short form, as every did:peer:4 has, is one party: a secret that was put in under
    one of them is found, replaced and forgotten under the other one too.

    Raises:
        ValueError: An entry is not a secret key.
        UnsupportedError: An entry is a key on a curve that is not on offer.

    Example:
        >>> from pydidcomm import InMemorySecrets, Secret
        >>> secrets = InMemorySecrets([Secret.generate("Ed25519", kid="did:example:bob#key-2")])
        >>> secrets.get_keys(["did:example:bob#key-1", "did:example:bob#key-2"])
        ['did:example:bob#key-2']
    """
    def __contains__(self, kid: str, /) -> bool: ...
    def __init__(self, /, secrets: Iterable[Secret | Mapping[str, Any]] | None = None) -> None: ...
    def __len__(self, /) -> int: ...
    def __new__(cls, /, *_arguments: "Any", **_named: "Any") -> "Self": ...
    def __reduce__(self, /) -> str: ...
    def __repr__(self, /) -> str: ...
    def add_key(self, /, secret: Secret | Mapping[str, Any]) -> None:
        """
        Keeps a secret under its kid, in place of an earlier one.
        """
    def get_key(self, /, kid: str) -> Secret | None:
        """
        The secret of that kid, under the kid by which it was put in; or None.
        """
    def get_keys(self, /, kids: Sequence[str]) -> list[str]:
        """
        Those of the kids whose secrets are held.
        """
    def kids(self, /) -> list[str]:
        """
        The kids of all secrets, sorted.
        """
    def remove_key(self, /, kid: str) -> bool:
        """
        Forgets the secret of that kid, and says whether there was one.
        """

@disjoint_base
class LocalResolver:
    """
    Resolves the DIDs that carry their own document, did:key, did:jwk and did:peer, without a network.

    `key_naming` is how the keys of a did:peer:2 are named: "numbered" (`#key-1`) as today, or "multibase"
    (`#6LS...`) as libraries of 2021 and 2022 expect. Documents are remembered in a bounded cache.

    Some DIDs are only a hash: the short form of a did:peer:4, a did:peer:3, a did:peer:1. They resolve when
    what they are the hash of was remembered (`remember`, `remember_genesis`), the first two also when the
    long form was resolved not long ago. The long form of a did:peer:4 is also kept when a message of it has
    been unpacked and its sender is proved; a message that proves nothing evicts none of these.

    `long_forms` is a mapping for what is remembered and kept, by the DID that is its hash: a `dict`, or a
    `MutableMapping` over a database. Without one it stays in this object: what was remembered until `forget`,
    and the long forms of proved senders within 16 MiB, which is room for some 10,000 contacts.

    A subclass may override `resolve`, which is called for every DID then.

    Example:
        >>> from pydidcomm import LocalResolver
        >>> did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
        >>> LocalResolver().resolve(did).key_agreement
        ('did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc',)
        >>> LocalResolver().resolve("did:web:example.com") is None
        True
    """
    def __init__(self, /, *, key_naming: "str" = "numbered", long_forms: Mapping[str, Any] | None = None) -> None: ...
    def __new__(cls, /, *_arguments: "Any", **_named: "Any") -> "Self": ...
    def __reduce__(self, /) -> str: ...
    def __repr__(self, /) -> str: ...
    def forget(self, /, did: str) -> bool:
        """
        Forgets a DID in all its forms, in `long_forms` too; returns whether anything was known of it.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> resolver = LocalResolver()
            >>> short = resolver.remember(
            ...     "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
            ... )
            >>> resolver.forget(short), resolver.resolve(short), resolver.forget(short)
            (True, None, False)
        """
    def known(self, /, did: str) -> str | None:
        """
        What the DID is the hash of, where it was remembered: the long form, or the text of the genesis document.
        """
    @property
    def long_forms(self, /) -> Any:
        """
        What was remembered and kept, by the DID that is its hash, the mapping that was given, or a copy that is read-only.

        Save it, and pass it to the next `LocalResolver`.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> before = LocalResolver()
            >>> short = before.remember(
            ...     "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
            ... )
            >>> after = LocalResolver(long_forms=before.long_forms)
            >>> after.resolve(short) == before.resolve(short)
            True
        """
    def remember(self, /, did: str) -> str:
        """
        Remembers the long form of a did:peer:4, or a did:peer:2, and returns the short form that resolves from now on.

        Raises:
            ValueError: The DID has no short form.
            MalformedDocumentError: The document in the DID is broken.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> resolver = LocalResolver()
            >>> short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M"
            >>> resolver.resolve(short) is None
            True
            >>> resolver.remember(f"{short}:zQSJgiFTYiCHjQ9MktwNThRXM7a") == short
            True
            >>> resolver.resolve(short)
            DIDDocument(id='did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M')
        """
    def remember_genesis(self, /, document: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> str:
        """
        Remembers the genesis document of a did:peer:1, and returns the DID, which resolves from now on.

        The DID is the hash of the document to the byte: hand over text. A dict is written without white space.

        Raises:
            ValueError: The document has an `id`, or ids that are not relative.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> LocalResolver().remember_genesis('{"keyAgreement":[]}')
            'did:peer:1zQmbVpJt2AcbVyVBV9JZVnEp3SVm4XK3uk5Gr1ezPgS3HJz'
        """
    def resolve(self, /, did: str) -> DIDDocument | None:
        """
        The document of the DID; None where its text does not contain it; MalformedDocumentError where it is broken.
        """

@final
class LongWork:
    """
    Says that what comes next takes long: `run` does it, on another thread where an event loop waits.
    """

@final
class Message:
    """
    A plaintext message: what is said, before it is packed and after it was unpacked.

    It exists only if every header has the form that the specification demands, and it never changes;
    `replace` makes a changed copy. `frm` stands for the header `from`. `id` is a fresh UUID unless given.
    A header without an argument of its own goes into `custom_headers`, a dict, for instance `return_route`.
    Times are whole seconds since 1970-01-01T00:00:00Z, given as an int, a float or an aware datetime. A `type`
    that is not a Message Type URI is taken with a `MessageTypeWarning`. DIDComm v2.1, section "Message Headers".

    Raises:
        TypeError: An argument has another type, or JSON has no form for it.
        ValueError: A header has a form that the specification forbids.

    Example:
        >>> from pydidcomm import Message
        >>> ping = Message(type="https://didcomm.org/trust-ping/2.0/ping", id="one", to=["did:example:bob"])
        >>> ping.as_dict()["body"]
        {}
        >>> ping.replace(body={"response_requested": True}).body
        {'response_requested': True}
    """
    def __copy__(self, /) -> Self: ...
    def __deepcopy__(self, _memo: "Any", /) -> "Message": ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, *, type: str, body: Mapping[str, Any] | None = None, id: str | None = None, frm: str | None = None, to: Sequence[str] | None = None, thid: str | None = None, pthid: str | None = None, created_time: float | datetime | None = None, expires_time: float | datetime | None = None, from_prior: FromPrior | None = None, please_ack: Sequence[str] | None = None, ack: Sequence[str] | None = None, lang: str | None = None, accept_lang: Sequence[str] | None = None, attachments: Sequence[Attachment] | None = None, custom_headers: Mapping[str, Any] | None = None) -> Message: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str:
        """
        The headers as a table for notebooks; without the body.
        """
    @property
    def accept_lang(self, /) -> tuple[str, ...] | None:
        """
        The languages that the sender prefers, most preferred first.
        """
    @property
    def ack(self, /) -> tuple[str, ...] | None:
        """
        The ids of acknowledged messages, oldest first.
        """
    def as_dict(self, /) -> dict[str, Any]:
        """
        The message as the JSON object of its plaintext.

        Raises ValueError where it announces a DID rotation that is not signed yet: packing signs it.
        """
    def as_json(self, /) -> str:
        """
        The message as the JSON text of its plaintext; raises ValueError as `as_dict` does.
        """
    def attachment(self, /, id: str) -> Attachment | None:
        """
        The attachment of that id, or None; `#` before the id, as a body refers to it, is passed over.

        Example:
            >>> from pydidcomm import Attachment, Message
            >>> offer = Attachment.from_json_value({"price": 7}, id="offer")
            >>> message = Message(
            ...     type="https://example.org/sale/1.0/offer", body={"see": "#offer"}, attachments=[offer]
            ... )
            >>> message.attachment(message.body["see"]).json()
            {'price': 7}
        """
    @property
    def attachments(self, /) -> tuple[Attachment, ...]:
        """
        The attachments, the same objects at each access.
        """
    @property
    def body(self, /) -> Mapping[str, Any]:
        """
        The body, a `dict` that is read-only, empty where the message has none.

        A change in it raises TypeError: the message would not have it. `replace(body=...)` makes a message with
        another body, and `copy.deepcopy` a plain `dict`.

        Example:
            >>> from pydidcomm import Message
            >>> offer = Message(type="https://example.org/sale/1.0/offer", body={"price": 7})
            >>> offer.replace(body={**offer.body, "price": 6}).body
            {'price': 6}
        """
    @property
    def created_at(self, /) -> datetime | None:
        """
        `created_time` as an aware datetime in UTC; None where it is absent or after the year 9999.

        Example:
            >>> from datetime import datetime, timezone
            >>> from pydidcomm import Message
            >>> noon = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
            >>> hello = Message(type="https://example.org/greeting/1.0/hello", created_time=noon)
            >>> hello.created_time, hello.created_at == noon
            (1795867200, True)
        """
    @property
    def created_time(self, /) -> int | None:
        """
        When the message was made, in seconds since the epoch.
        """
    @property
    def custom_headers(self, /) -> Mapping[str, Any]:
        """
        The headers that the specification does not define, a `dict` that is read-only, as `body` is.
        """
    @property
    def expires_at(self, /) -> datetime | None:
        """
        `expires_time` as an aware datetime in UTC; None where it is absent or after the year 9999.
        """
    @property
    def expires_time(self, /) -> int | None:
        """
        When the message expires, in seconds since the epoch; None is never.
        """
    @property
    def frm(self, /) -> str | None:
        """
        The DID that the message says it is from; `unpack` tells whether that is proved.
        """
    @staticmethod
    def from_dict(message: Mapping[str, Any]) -> Message:
        """
        Reads a message from its JSON object, and raises MalformedMessageError where it is none.
        """
    @staticmethod
    def from_json(message: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> Message:
        """
        Reads a message from its JSON text, and raises MalformedMessageError where it is none.
        """
    @property
    def from_prior(self, /) -> FromPrior | str | None:
        """
        The DID rotation that the message announces; a str is a token that is not verified.
        """
    @property
    def id(self, /) -> str:
        """
        The id, unique among the sender's messages.
        """
    def is_expired(self, /, now: float | datetime | None = None) -> bool:
        """
        Whether `expires_time` has come at that time, which is now unless it is given.

        A message without `expires_time` never expires. DIDComm v2.1, section "Message Headers".
        """
    @property
    def lang(self, /) -> str | None:
        """
        The language of the message, an IANA subtag.
        """
    @property
    def please_ack(self, /) -> tuple[str, ...] | None:
        """
        The ids of messages to acknowledge; an empty one stands for this message.
        """
    @property
    def pthid(self, /) -> str | None:
        """
        The id of the parent thread.
        """
    def replace(self, /, **changes: "Any") -> "Message":
        """
        A copy with these arguments of the constructor changed; every other part stays as it was written.
        """
    @property
    def thid(self, /) -> str | None:
        """
        The thread id as it was written; a message without one begins the thread of its own id.
        """
    @property
    def thread(self, /) -> str:
        """
        The id of the thread that the message belongs to, `thid`, or its own `id` where it begins one.
        """
    @property
    def to(self, /) -> tuple[str, ...] | None:
        """
        The DIDs that the message says it is to.
        """
    @property
    def type(self, /) -> str:
        """
        The message type URI.
        """

@final
class Metadata:
    """
    What was proved about a message; nothing here is merely claimed.

    DIDComm v2.1, sections "Message Layer Addressing Consistency" and "IANA Media Types".
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str:
        """
        The proved facts as a table for notebooks.
        """
    @property
    def anonymous_sender(self, /) -> bool:
        """
        Whether the envelope hid the sender from everybody but the recipient.
        """
    @property
    def authenticated(self, /) -> bool:
        """
        Whether `frm` of the message is proved, by authcrypt or by a signature.
        """
    @property
    def enc_alg_anon(self, /) -> AnonCryptAlg | None:
        """
        The content encryption of the anoncrypt layer.
        """
    @property
    def enc_alg_auth(self, /) -> AuthCryptAlg | None:
        """
        The content encryption of the authcrypt layer.
        """
    @property
    def encrypted(self, /) -> bool:
        """
        Whether the message arrived encrypted.
        """
    @property
    def encrypted_from(self, /) -> str | None:
        """
        The sender's key in authcrypt; its DID is `frm` of the message.
        """
    @property
    def encrypted_to(self, /) -> tuple[str, ...] | None:
        """
        The keys that the message was encrypted to.
        """
    @property
    def expired(self, /) -> bool:
        """
        Whether `expires_time` of the message had come when it was unpacked.
        """
    @property
    def form_faults(self, /) -> tuple[FormFault, ...]:
        """
        The parts of the message that were read as absent, because their form is not the specification's.

        Empty unless `UnpackConfig.tolerate_form_faults` is on.
        """
    @property
    def from_prior_issuer_kid(self, /) -> str | None:
        """
        The key of the prior DID that signed `from_prior`.
        """
    @property
    def from_prior_jwt(self, /) -> str | None:
        """
        The verified `from_prior` token as it arrived.
        """
    @property
    def non_repudiation(self, /) -> bool:
        """
        Whether `frm` of the message can be proved to others too, by a signature.
        """
    @property
    def profile(self, /) -> str | None:
        """
        The profile of `UnpackConfig.accept_profiles` without which the message would have been refused, or None.

        With "veramo", `warnings` says what is not proved: `WarningCode.AUTHCRYPT_DRAFT_3` that another recipient
        may have written the message, `UNBOUND_RECIPIENTS` that the list of recipients may have been changed.
        """
    @property
    def re_wrapped_in_forward(self, /) -> bool:
        """
        Whether a mediator had wrapped the message once more, in a forward to us that was opened with it.
        """
    @property
    def recipient(self, /) -> str | None:
        """
        The DID of ours that the message was encrypted to, in the form that `sender` has; None in the open.
        """
    @property
    def recipient_kid(self, /) -> str | None:
        """
        The key of ours that opened the message.
        """
    @property
    def sender(self, /) -> str | None:
        """
        The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.

        It has one form for one party, whichever the message has: the short form of a did:peer:4, and the
        did:peer:2 of a did:peer:3 that the resolver knows. See `same_party` for other comparisons.
        """
    @property
    def sender_long_form(self, /) -> str | None:
        """
        The long form of `sender`, where that is a did:peer:4 and the message or the resolver has it.

        The peer writes its short form from its second message on, which resolves only where the long form is
        known: keep it with the contact, or see `long_forms` of `LocalResolver`.
        """
    @property
    def sign_alg(self, /) -> SignAlg | None:
        """
        The algorithm of the signature.
        """
    @property
    def sign_from(self, /) -> str | None:
        """
        The key that signed; its DID is `frm` of the message.
        """
    @property
    def signed_message(self, /) -> str | None:
        """
        The signed layer as it arrived, JSON text that a third party can verify.
        """
    @property
    def warnings(self, /) -> tuple[MessageWarning, ...]:
        """
        What is unusual about the message and no reason to refuse it, texts, each with a `code`.

        One with the code `WarningCode.UNPROVED_FROM` says that `frm` of the message is not proved.
        """

@final
class Operation:
    """
    A running pack or unpack: each run leads to the next question or to the result.
    """
    def cancel(self, /) -> None:
        """
        Withdraws the operation: computation that has not begun is skipped.
        """
    def run(self, /) -> Any:
        """
        Runs to the next question or to the result, however long that takes.
        """
    def start(self, /) -> Any:
        """
        Begins, and goes on to the next question or to the result; LongWork in place of work that takes long.
        """
    def supply(self, /, answer: Any) -> Any:
        """
        Answers the question that a run led to, and goes on as `start` does: with a document's JSON object, a
        DIDDocument or None; of one kid with a Secret, a JWK, an external key or None, of several kids with
        pairs of a kid and one of these; with a shared secret; with a signature.
        """

@final
class PackOptions:
    """
    A `PackEncryptedConfig`, read once and used for every message that is packed with it.
    """
    def __new__(cls, /, *, enc_alg_anon: AnonCryptAlg | str, protect_sender_id: "bool", authcrypt_signed: "bool", anoncrypt_authcrypt_signed: "bool", kid_in: Any, profile: Any, curves: Sequence[str], every_curve: "bool", forward: "bool", max_keys: int) -> PackOptions: ...

@final
class PackParameters:
    """
    A `PackEncryptedParameters`, read once.
    """
    def __new__(cls, /, *, from_prior_issuer_kid: str | None, forward_service_id: str | None, forward_schemes: Sequence[str], forward_headers: Mapping[str, Any] | None) -> PackParameters: ...

@final
class Packed:
    """
    An encrypted message, ready for the wire.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    def _repr_svg_(self, /) -> str:
        """
        The envelope as a picture for notebooks, from its open headers.
        """
    @property
    def deliveries(self, /) -> tuple[Delivery, ...]:
        """
        The ways to hand the message over, in the recipient's order of preference; when one fails take the next.
        """
    def delivery(self, /, *schemes: "str") -> Delivery:
        """
        The first delivery to a URI with one of these schemes; to any where none is given.

        Raises EndpointNotFoundError where there is none.
        """
    def endpoint(self, /, *schemes: "str") -> str:
        """
        The first URI with one of these schemes, or with any, that takes `message`; see `delivery` for the others.

        Raises EndpointNotFoundError where there is none.
        """
    @property
    def envelopes(self, /) -> tuple[Envelope, ...]:
        """
        The same message in one envelope for each curve of the recipient's keys, the preferred first.

        One, unless `PackEncryptedConfig.every_curve` asks for all; `message`, `to_kids`, `from_kid` and
        `deliveries` are those of the first. The recipient needs any one of them.
        """
    @property
    def from_kid(self, /) -> str | None:
        """
        The key that authenticates the sender; None in anoncrypt.
        """
    @property
    def from_prior_issuer_kid(self, /) -> str | None:
        """
        The key of the prior DID that signed `from_prior`.
        """
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-encrypted+json".
        """
    @property
    def message(self, /) -> str:
        """
        The text for the wire, wrapped for the mediators before the first of the deliveries.
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire, as the tutorial calls it.
        """
    @property
    def service_metadata(self, /) -> ServiceMetadata | None:
        """
        Where `message` goes, the first delivery; None where the recipient names no place.
        """
    @property
    def services(self, /) -> tuple[Service, ...]:
        """
        The DIDComm services of the recipient, in its order of preference.
        """
    @property
    def sign_from_kid(self, /) -> str | None:
        """
        The key that signed the message inside.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The keys of the recipient that it was encrypted to.
        """

@final
class PackedForward:
    """
    A message wrapped for mediators, ready for the wire.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-encrypted+json".
        """
    @property
    def message(self, /) -> str:
        """
        The text for the wire.
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire, as the tutorial calls it.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The keys that the outermost layer is encrypted to.
        """

@final
class PackedPlaintext:
    """
    A plaintext message: anybody can read it and change it.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    def _repr_svg_(self, /) -> str:
        """
        The envelope as a picture for notebooks, from its open headers.
        """
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-plain+json".
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """

@final
class PackedSigned:
    """
    A signed message: anybody can read it, and verify who signed.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    def _repr_svg_(self, /) -> str:
        """
        The envelope as a picture for notebooks, from its open headers.
        """
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-signed+json".
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire.
        """
    @property
    def sign_from_kid(self, /) -> str:
        """
        The key that signed.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """

@final
class PeerEnded:
    """
    The peer has ended the relationship: it was proved that its DID said so.

    Do not write to it again. A copy can be sent again at any time, so act on it only if `did`
    is the DID by which you know the peer now, and `is_later_than` your last change with it. `at` is when it
    ended the relationship, in seconds since the epoch, and `kid` the key that signed. Only `unpack` makes one.
    DIDComm v2.1, section "Ending a Relationship".
    """
    __match_args__: Final[tuple[Literal["did"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def at(self, /) -> int | None:
        """
        When it ended the relationship, in seconds since the epoch; None where it did not say.
        """
    @property
    def did(self, /) -> str:
        """
        The DID that the peer had.
        """
    def is_later_than(self, /, known: int | None) -> bool:
        """
        Whether this happened after `known`, the `at` of the last change of this peer; True where there was none.
        """
    @property
    def kid(self, /) -> str:
        """
        The key that signed.
        """

@final
class PeerRotated:
    """
    The peer goes by another DID now: it was proved that the old one said so.

    Write to the new DID from now on, and ignore what still comes from the old one, once that is what you know
    the peer by; every message repeats this until the peer has heard from you. `at` is when the peer rotated,
    in seconds since the epoch, and `kid` the key of the old DID that signed. Only `unpack` makes one.

    It is proved by the old DID alone. In an anoncrypted message nothing proves that the new DID sent it, so
    `sender` of the result is None: a copy of the announcement can be sent by everyone who received it. The
    change is as true, and the body has no proved sender.
    DIDComm v2.1, section "DID Rotation".
    """
    __match_args__: Final[tuple[Literal["old"], Literal["new"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def at(self, /) -> int | None:
        """
        When it rotated, in seconds since the epoch; None where it did not say.
        """
    def is_later_than(self, /, known: int | None) -> bool:
        """
        Whether this happened after `known`, the `at` of the last change of this peer; True where there was none.
        """
    @property
    def kid(self, /) -> str:
        """
        The key of the old DID that signed.
        """
    @property
    def new(self, /) -> str:
        """
        The DID that the peer has, in the form of `Metadata.sender`.
        """
    @property
    def old(self, /) -> str:
        """
        The DID that the peer had, in the form of `Metadata.sender`.
        """

@final
class PublicKey:
    """
    A public key: a point that is known to lie on its curve.

    Passed to `agree` of an external key; made from a JWK or
    from Multikey text. DIDComm v2.1, section "Key IDs in DID documents"; RFC 7517; SEC 1.

    Raises:
        ValueError: It is not a key, or not a point on its curve.
        UnsupportedError: It is a key on a curve that is not on offer.

    Example:
        >>> from pydidcomm import PublicKey
        >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
        >>> key.curve, len(key.octets())
        ('X25519', 32)
        >>> PublicKey(key.jwk()) == key
        True
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, key: str | Mapping[str, Any]) -> PublicKey: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def curve(self, /) -> str:
        """
        The name of the curve, as in a JWK's `crv`.
        """
    @staticmethod
    def from_octets(curve: str, octets: bytes | bytearray | memoryview) -> PublicKey:
        """
        Reads raw bytes of X25519 or Ed25519, or a point in compressed or uncompressed form.
        """
    def jwk(self, /) -> dict[str, Any]:
        """
        The key as a JWK.
        """
    def multikey(self, /) -> str:
        """
        The key as a Multikey, for instance `z6LS...`.
        """
    def octets(self, /, *, compressed: "bool" = False) -> bytes:
        """
        The bytes as PKCS#11 and most key stores take them.

        32 raw ones on X25519 and Ed25519; on other curves the uncompressed point 04 || x || y, or the compressed
        one if asked.
        """

@final
class ResolveDid:
    """
    Asks for a DID document.
    """
    @property
    def did(self, /) -> str:
        """
        The DID.
        """
    @property
    def fresh(self, /) -> bool:
        """
        Whether the document must not come from a cache.
        """
    @property
    def unproved(self, /) -> bool:
        """
        Whether a message names the DID whose sender is not proved.
        """
    @property
    def version_time(self, /) -> int | None:
        """
        The time at which the document was valid, in seconds since the epoch; None for now.
        """

@final
class Resolved:
    """
    A resolver's answer with metadata of the document (DID Resolution, section "DID Document Metadata").

    A deactivated DID is refused: nothing is encrypted to it, and nothing is proved by its keys. The answer of DID
    Resolution says the same: a dict with `didDocument` and `didDocumentMetadata`. The version of the document
    decides nothing; it is for logs and audits.

    Args:
        document: The document; None where there is none.
        deactivated: Whether the DID is deactivated.
        version_id: The version of the document (`versionId`).
        updated: The time of the version's last update (`updated`): a datetime with a time zone, or seconds since
            1970; fractions are cut off, as in DID Resolution.

    Example:
        >>> from datetime import UTC, datetime
        >>> from pydidcomm import Resolved
        >>> Resolved({"id": "did:example:bob"}, deactivated=True).deactivated
        True
        >>> found = Resolved({"id": "did:example:bob"}, version_id="3-Qm", updated=datetime(2026, 1, 31, tzinfo=UTC))
        >>> found.version_id, found.updated.isoformat()
        ('3-Qm', '2026-01-31T00:00:00+00:00')
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __new__(cls, document: "Mapping[str, Any] | DIDDocument | None", /, *, deactivated: "bool" = False, version_id: str | None = None, updated: float | datetime | None = None) -> Resolved: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def deactivated(self, /) -> bool:
        """
        Whether the DID is deactivated.
        """
    @property
    def document(self, /) -> Any | None:
        """
        The document, its JSON object, or parsed once; None where there is none.
        """
    @property
    def updated(self, /) -> datetime | None:
        """
        The time of the last update, in UTC; None where the resolver does not report it.
        """
    @property
    def version_id(self, /) -> str | None:
        """
        The version of the document, as the DID's method names it; None where the resolver does not name it.
        """

@final
class Secret:
    """
    A secret key, parsed once: a handle that never shows what is inside.

    Made from a JWK with `d`, or from a verification method with `privateKeyJwk`, `privateKeyMultibase` or
    `privateKeyBase58`; `kid`, the DID URL under which the DID document lists the public half, comes from the
    value unless it is given. A verkey of DIDComm v1 in its place stands for the id that its did:key gives it.
    The secret bytes are zeroed when the last handle goes.

    Raises:
        ValueError: The value is not a secret key, or its private and public keys do not match.
        UnsupportedError: It is a key on a curve that is not on offer.

    Example:
        >>> from pydidcomm import Secret
        >>> secret = Secret.generate("X25519", kid="did:example:bob#key-1")
        >>> secret
        Secret(kid='did:example:bob#key-1')
        >>> Secret(secret.expose_jwk()).public_multikey() == secret.public_multikey()
        True
    """
    def __new__(cls, /, secret: Mapping[str, Any], kid: str | None = None) -> Secret: ...
    def __reduce__(self, /) -> str: ...
    def __repr__(self, /) -> str: ...
    @property
    def curve(self, /) -> str:
        """
        The name of the curve, as in a JWK's `crv`.
        """
    def expose_jwk(self, /) -> dict[str, Any]:
        """
        The key as a JWK with its secret `d`, for those who keep it somewhere; Python cannot wipe the copy.
        """
    @staticmethod
    def from_octets(curve: str, octets: bytes | bytearray | memoryview, *, kid: str | None = None) -> Secret:
        """
        Reads the raw bytes of a secret key; the public half is computed.
        """
    @staticmethod
    def generate(curve: str, *, kid: str | None = None) -> Secret:
        """
        Generates a key on the curve of that name.

        "X25519", "P-256", "P-384" and "P-521" are for key agreement; "Ed25519", "P-256" and "secp256k1" sign.
        Without `kid` it has the name that its did:key gives it, until `renamed`.

        Example:
            >>> from pydidcomm import Secret
            >>> secret = Secret.generate("Ed25519")
            >>> secret.kid == f"did:key:{secret.public_multikey()}#{secret.public_multikey()}"
            True
        """
    @property
    def kid(self, /) -> str:
        """
        The DID URL of the key.
        """
    def public_jwk(self, /) -> dict[str, Any]:
        """
        The public half as a JWK.
        """
    @property
    def public_key(self, /) -> PublicKey:
        """
        The public half.
        """
    def public_multikey(self, /) -> str:
        """
        The public half as a Multikey, `z6LS...` or `z6Mk...`.
        """
    def renamed(self, /, kid: str) -> Secret:
        """
        The same key under another id.
        """

@final
class Service:
    """
    A service of type `DIDCommMessaging`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def endpoints(self, /) -> tuple[ServiceEndpoint, ...]:
        """
        Where it takes messages, in the owner's order of preference.
        """
    @property
    def id(self, /) -> str:
        """
        The absolute id of the service.
        """

@final
class ServiceEndpoint:
    """
    One place that takes messages.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def accept(self, /) -> tuple[str, ...] | None:
        """
        The profiles taken, most preferred first; None where the document does not say.
        """
    @property
    def routing_keys(self, /) -> tuple[str, ...]:
        """
        The keys of mediators to wrap for, the outermost first.
        """
    @property
    def uri(self, /) -> str:
        """
        A URI of some transport, or the DID of a mediator.
        """

@final
class ServiceMetadata:
    """
    Where a message goes.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The absolute id of the service.
        """
    @property
    def service_endpoint(self, /) -> str:
        """
        The URI that takes the message.
        """

@final
class Sign:
    """
    Requests a signature from an external key.
    """
    @property
    def algorithm(self, /) -> SignAlg:
        """
        The algorithm, which fits the key.
        """
    @property
    def data(self, /) -> bytes:
        """
        What is signed.
        """
    @property
    def key(self, /) -> Any:
        """
        The object that stands for the key.
        """

@final
class UnpackOptions:
    """
    An `UnpackConfig`, read once and used for every message that is unpacked with it.
    """
    def __new__(cls, /, config: Any) -> UnpackOptions: ...

@final
class UnpackResult:
    """
    A message, and what was proved about it.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def _repr_svg_(self, /) -> str:
        """
        The layers that were opened and who is proved, as a picture for notebooks; without the body.
        """
    @property
    def forward(self, /) -> Forwarded | None:
        """
        What a mediator is asked to hand on and to whom, where the message is a forward; None where it is not.

        So a mediator unpacks each message once, whatever it is. A forward to ourselves is opened already, unless
        `UnpackConfig.unwrap_re_wrapping_forward` is False. DIDComm v2.1, section "Mediator Process".

        Raises MalformedMessageError where the forward lacks the next hop or anything to hand on.

        Example:
            >>> from pydidcomm import Message
            >>> from pydidcomm.sync import DIDCommMessaging
            >>> alice, mediator, bob = DIDCommMessaging(), DIDCommMessaging(), DIDCommMessaging()
            >>> mediator_did = mediator.create_peer_did(service_endpoint="https://mediator.example")
            >>> bob_did = bob.create_peer_did(service_endpoint=mediator_did)
            >>> packed = alice.pack(Message(type="https://example.org/greeting/1.0/hello"), to=bob_did)
            >>> received = mediator.unpack(packed.text)
            >>> received.forward.next == bob_did, bob.unpack(received.forward.messages[0]).forward
            (True, None)
        """
    @property
    def message(self, /) -> Message:
        """
        The plaintext message.
        """
    @property
    def metadata(self, /) -> Metadata:
        """
        What was proved about it.
        """
    @property
    def relationship_change(self, /) -> PeerRotated | PeerEnded | None:
        """
        What the message changes in the relationship with its sender, proved; None where nothing.
        """
    @property
    def replay_key(self, /) -> tuple[str | None, str | None, str | None, str, int | None, str]:
        """
        What `ReplayEntry.of` reads (sender, recipient, id, digest, expires_time and delivery).
        """
    @property
    def sender(self, /) -> str | None:
        """
        The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.

        `message.frm` is what the message says; only this is proved. See `Metadata.sender` for its form.
        """

@final
class V1Forwarded:
    """
    What a mediator of DIDComm v1 hands on, and to which verkey; the content is not proved yet.

    Aries RFC 0094.
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, that of an envelope of DIDComm v1, or of an encrypted message of DIDComm v2.
        """
    @property
    def message(self, /) -> str:
        """
        The same text.
        """
    @property
    def received(self, /) -> V1Message:
        """
        The forward as any message is received.
        """
    @property
    def text(self, /) -> str:
        """
        The message to hand on, JSON text, as it was inlined; `str(...)` of this object is too.
        """
    @property
    def to(self, /) -> str:
        """
        Who gets the message next, as the sender wrote it, a verkey, or a DID with or without the name of a key.
        """

@final
class V1Message:
    """
    A message of DIDComm v1, and what was proved about it: never a DID.

    Aries RFC 0019, and RFC 0020 for the JSON object inside.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def content(self, /) -> bytes:
        """
        The bytes that were packed.
        """
    @property
    def encrypted_to(self, /) -> tuple[str, ...]:
        """
        The verkeys that it says it was encrypted to, ours among them.
        """
    @property
    def id(self, /) -> str | None:
        """
        `@id` of the JSON object; None where there is none.
        """
    def json(self, /) -> dict[str, Any]:
        """
        The JSON object that was packed.

        Raises MalformedMessageError where the content is anything else.
        """
    @property
    def recipient_verkey(self, /) -> str:
        """
        The verkey of ours that opened it.
        """
    @property
    def replay_key(self, /) -> tuple[str | None, str | None, str | None, str, int | None, str]:
        """
        What `ReplayEntry.of` reads (sender, recipient, id, digest, expires_time and delivery).
        """
    @property
    def sender_verkey(self, /) -> str | None:
        """
        The sender's verkey in authcrypt; its holder chose the content key for us. None in anoncrypt.

        It never proves a DID, and the content only as far as the other recipients of messages to several can be
        trusted: DIDComm v1 binds the content key to the sender, and not what is encrypted under it.
        """
    @property
    def type(self, /) -> str | None:
        """
        `@type` of the JSON object; None where there is none.
        """

@final
class V1Packed:
    """
    An envelope of DIDComm v1, ready for the wire.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def from_verkey(self, /) -> str | None:
        """
        The verkey that authenticates the sender; None in anoncrypt.
        """
    @property
    def media_type(self, /) -> str:
        """
        The media type of the text, "application/didcomm-envelope-enc".
        """
    @property
    def message(self, /) -> str:
        """
        The text for the wire.
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire, as the tutorial calls it.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire, as `str(...)` of this object is too.
        """
    @property
    def to_verkeys(self, /) -> tuple[str, ...]:
        """
        The verkeys that it was encrypted to.
        """

def check_claims(message: Message | Mapping[str, Any], sender: str | None, known: tuple[Context, int]) -> Operation:
    """
    Prepares the check of what a message claims of its sender, whose key authenticated its encryption.
    """

def choose_layer_keys(to: str, frm: str | None, curves: Sequence[str], known: tuple[Context, int]) -> Operation:
    """
    Prepares the choice of the keys for one layer to `to`, a DID or the id of a key.
    """

def decrypt_layer(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], recipient: tuple[str, Any], sender: tuple[str, PublicKey] | None, options: UnpackOptions) -> Operation:
    """
    Prepares the opening of one layer with a secret, in authcrypt also with the sender's key.
    """

def describe(text: str, names: SupportsGetItem[int, str] = ...) -> str:
    """
    A text for an error: itself where it is a DID, a URL or one of `names`, otherwise its type and length.
    """

def document_of(did: str, answer: "Any", most_entries: SupportsIndex | None = None) -> DIDDocument:
    """
    The document that a resolver answered with for the DID, once it is known to be the one of that DID.
    """

def encode_did_document(document: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> str:
    """
    The long form of the did:peer:4 of an input document: a DID document without `id`, whose ids are relative.

    The keys in it are those of the caller, who keeps their secrets under ids such as `did#key-1`.

    Raises:
        ValueError: The document has an `id`, or an id in it is not relative, or it is too long for a DID.

    Example:
        >>> from pydidcomm import encode_did_document
        >>> encode_did_document({"hello": "world"})
        'did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a'
    """

def encode_jwk_did(secret: Secret) -> tuple[str, list[Secret]]:
    """
    The did:jwk of a secret, and the secret by its name.
    """

def encode_key_did(secret: Secret) -> tuple[str, list[Secret]]:
    """
    The did:key of a secret, and its secrets by name: an Ed25519 key implies an X25519 key.
    """

def encode_peer_did(method: int, agreement: SupportsGetItem[int, Secret], authentication: SupportsGetItem[int, Secret], services: SupportsGetItem[int, Any]) -> tuple[str, list[Secret], str | None]:
    """
    A did:peer of that method, its secrets named, and what the DID is the hash of where it is only a hash.
    """

def encode_peer_public_keys(method: int, agreement: SupportsGetItem[int, PublicKey], authentication: SupportsGetItem[int, PublicKey], services: SupportsGetItem[int, Any]) -> tuple[str, list[str], str | None]:
    """
    A did:peer of that method made of public keys, the ids of the keys in their order, and what the DID is the
    hash of where it is only a hash.
    """

def encode_public_keys(*, agreement: "Sequence[PublicKey]" = ..., authentication: "Sequence[PublicKey]" = ..., services: "Sequence[Any]" = ...) -> str:
    """
    The did:peer:2 of public keys, whose secrets are external, and of services.

    The keys are named `#key-1`, `#key-2` and so on, those for agreement first. A service is an object as a DID
    document shows it; a list of them is written into one element, as in DIDs of 2023 and before.

    Raises:
        ValueError: `keys` is empty, a key cannot serve its purpose, or a service is not an object.

    Example:
        >>> from pydidcomm import PublicKey, encode_public_keys
        >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
        >>> encode_public_keys(agreement=[key])
        'did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc'
    """

def encrypt_layer(plaintext: bytes | bytearray | memoryview, recipients: SupportsGetItem[int, tuple[str, PublicKey]], sender: tuple[str, Any] | None, enc_alg_anon: AnonCryptAlg | str) -> Operation:
    """
    Prepares one layer around any bytes: authcrypt with a sender, anoncrypt without one.
    """

def find_routes(to: str, known: tuple[Context, int]) -> Operation:
    """
    Prepares the search for the ways to a DID, the preferred first.
    """

def inspect(packed: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> dict[str, Any]:
    """
    Describes an envelope without any key: the members of `EnvelopeView`.
    """

def keep_long_form(resolver: LocalResolver, received: UnpackResult) -> None:
    """
    Keeps the long form of the proved sender of a message that was let in.
    """

def malformed_text(part: str, reason: str, /) -> str:
    """
    The text of a `MalformedMessageError`.
    """

def pack_encrypted(message: Message | Mapping[str, Any], to: str | Sequence[str], frm: str | None, sign_frm: str | None, options: PackOptions, parameters: PackParameters, known: tuple[Context, int]) -> Operation:
    """
    Prepares the packing of an encrypted message.
    """

def pack_plaintext(message: Message | Mapping[str, Any]) -> PackedPlaintext:
    """
    Packs a plaintext message.
    """

def pack_signed(message: Message | Mapping[str, Any], sign_frm: str, kid_in: Any, known: tuple[Context, int]) -> Operation:
    """
    Prepares the packing of a signed message.
    """

def prepare_process() -> None:
    """
    Prepares what happens when the process is forked and when the interpreter ends; the package calls it once.
    """

def processors() -> int:
    """
    How many threads can compute at the same time in this process.
    """

def read_object(json_text: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> dict[str, Any]:
    """
    Read a JSON object, and refuse one that two readers could understand differently.
    """

def receive(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, replay_key: bool, known: tuple[Context, int]) -> Operation:
    """
    Prepares the unpacking of a message of DIDComm v2 or of v1, whichever it is.
    """

def restore(kind: "type", parts: "tuple[Any, ...]") -> Any:
    """
    Makes the object that was pickled or copied.

    A pickle is trusted input: it can state that anything was proved.
    """

def rewrap(payload: str | bytes | bytearray | memoryview | Mapping[str, Any], next_hop: str, routing_keys: Sequence[str], enc_alg_anon: AnonCryptAlg | str, forward_headers: Mapping[str, Any] | None, known: tuple[Context, int]) -> Operation:
    """
    Prepares the wrapping of what a forward carried, for each of the routing keys or for the next hop itself.
    """

def same_message_type(one: str, other: str) -> bool:
    """
    Whether two message type URIs are the same message of the same protocol, in any minor version.

    Names are compared without case and punctuation; major versions have to be equal. Use it to find the
    handler for a received message. DIDComm v2.1, sections "Message Type URI" and "Semver Rules".

    Args:
        one: A message type URI.
        other: The one to compare it with.

    Returns:
        True where both are the same type. Text that is not a message type URI equals only itself.

    Example:
        >>> from pydidcomm import same_message_type
        >>> ping = "https://didcomm.org/trust-ping/2.0/ping"
        >>> same_message_type(ping, "https://didcomm.org/TrustPing/2.1/ping")
        True
        >>> same_message_type(ping, "https://didcomm.org/trust-ping/1.0/ping")
        False
    """

def same_party(one: str, other: str, /) -> bool:
    """
    Whether two DIDs name one party: they are equal, or one is the short form of the other.

    A did:peer:4 has a short and a long form, and a did:peer:3 is the short form of a did:peer:2. The short
    form is the hash of the long one, and it is computed. DID URLs are compared by their DIDs.

    Example:
        >>> from pydidcomm import same_party
        >>> same_party("did:example:bob", "did:example:bob#key-1"), same_party("did:example:bob", "did:example:bo")
        (True, False)
    """

def sanitize(text: str, longest: SupportsIndex | None = None) -> str:
    """
    The text with everything that is not printable escaped, and its middle left out where it is longer than that.
    """

def short_form(did: str, /) -> str:
    """
    The short form of the long form of a did:peer:4, or of a did:peer:2; any other DID as it is.

    Example:
        >>> from pydidcomm import short_form
        >>> did = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
        >>> short_form(did)
        'did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M'
    """

def sign_attachment(attachment: Attachment, sign_frm: str, content: bytes | bytearray | memoryview | None, compact: "bool", known: tuple[Context, int]) -> Operation:
    """
    Prepares the signing of an attachment.
    """

def unpack(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, replay_key: bool, known: tuple[Context, int]) -> Operation:
    """
    Prepares the unpacking of a message.
    """

def unpack_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepares the unpacking of a forward for the mediator that it is addressed to.
    """

def unsupported_text(what: str, algorithm: str, /) -> str:
    """
    The text of an `UnsupportedError` that names an algorithm.
    """

def untrusted_text(claim: str, kid: str | None, did: str | None, /) -> str:
    """
    The text of an `UntrustedMessageError`.
    """

def v1_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], to: str, routing_keys: Sequence[str], known: tuple[Context, int]) -> Operation:
    """
    Prepares the wrapping of an encrypted message for each of the routing keys, the last outermost.
    """

def v1_pack(message: str | bytes | bytearray | memoryview | Mapping[str, Any], to: Sequence[str], frm: str | None, known: tuple[Context, int]) -> Operation:
    """
    Prepares the packing of a message of DIDComm v1.
    """

def v1_public_key(verkey: str) -> PublicKey:
    """
    The Ed25519 key that a verkey is.
    """

def v1_unpack(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepares the unpacking of a message of DIDComm v1.
    """

def v1_unpack_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepares the unpacking of a forward of DIDComm v1 for the mediator that it is addressed to.
    """

def v1_verkey(key: PublicKey) -> str:
    """
    The verkey of an Ed25519 key.
    """

def verify_attachment(attachment: Attachment, content: bytes | bytearray | memoryview | None, signer: str | None, known: tuple[Context, int]) -> Operation:
    """
    Prepares the verification of an attachment.
    """

def wrap_in_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], to: str, routing_keys: Sequence[str], enc_alg_anon: AnonCryptAlg | str, forward_headers: Mapping[str, Any] | None, known: tuple[Context, int]) -> Operation:
    """
    Prepares the wrapping of an encrypted message for each of the routing keys.
    """
