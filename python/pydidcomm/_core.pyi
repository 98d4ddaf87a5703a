"""
The compiled core of pydidcomm.

It declares that it needs the interpreter lock, because it relies on the lock, for instance in a fork.
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
        The object of the external key.
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

    Create one with `from_bytes`, `from_file`, `from_json_value` or `from_links`. The constructor takes `data` as
    in the specification: `{"json": value}`, `{"base64": text}` (base64url), or
    `{"links": [url, ...], "hash": multihash}`, with an optional `jws`. `id` defaults to a fresh UUID.
    If `data` of a peer has several of `base64`, `json` and `links`, the content is `base64`, or else `json`.
    `DIDCommMessaging.sign_attachment` signs an attachment. DIDComm v2.1, section "Attachments".

    Raises:
        TypeError: An argument has the wrong type, or has no JSON form.
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
        The attachment as a JSON object, including unknown members.
        """
    @property
    def byte_count(self, /) -> int | None:
        """
        The size of the content in bytes, as the sender states it; None if it is not a whole number.

        It is not compared with the content. `as_dict()` has the value as it was written.
        """
    def content(self, /) -> bytes:
        """
        The inlined bytes: the decoded `base64`, or else the JSON text of `json` as it was written.

        `base64` may have either alphabet, padding and line breaks.

        Raises:
            ContentNotFoundError: The attachment has only links: fetch one, and check the bytes with `verify_hash`.
            MalformedMessageError: `base64` is not base64.

        Example:
            >>> from pydidcomm import Attachment
            >>> Attachment(data={"base64": "WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw=="}).content()
            b'Your hovercraft is full of eels'
        """
    @property
    def data(self, /) -> Mapping[str, Any]:
        """
        The object with `json`, `base64` or `links`, as a read-only `dict`.
        """
    @property
    def description(self, /) -> str | None:
        """
        A description of the content, for human readers.
        """
    @property
    def filename(self, /) -> str | None:
        """
        A safe file name for the content, one path component without characters that file systems refuse.

        None if the sender gives no name, or no usable one. A file with this name may already exist: open it with
        mode "x". `raw_filename` is the name as the sender wrote it.

        Example:
            >>> from pydidcomm import Attachment
            >>> report = Attachment.from_bytes(b"...", filename="../../etc/report.pdf")
            >>> report.filename, report.raw_filename
            ('report.pdf', '../../etc/report.pdf')
        """
    @property
    def format(self, /) -> str | None:
        """
        The format of the content, more specific than its media type.
        """
    @staticmethod
    def from_bytes(content: bytes | bytearray | memoryview, *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None, hash: "bool" = False) -> Attachment:
        """
        Create an attachment that inlines these bytes as base64url.

        `hash=True` adds their multihash, which an encrypted or signed message does not need.

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
        Read an attachment from its JSON object.

        Raises:
            MalformedMessageError: It is not a valid attachment.
        """
    @staticmethod
    def from_file(path: str | PathLike[str], *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, hash: "bool" = False) -> Attachment:
        """
        Create an attachment that inlines a file, with its name, size and modification time.

        `media_type` defaults to the guess of `mimetypes` from the extension. The call blocks while it reads the
        file: in an event loop, read the file asynchronously and use `from_bytes`.

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
        Read an attachment from its JSON text.

        Raises:
            MalformedMessageError: The text is not a valid attachment.
        """
    @staticmethod
    def from_json_value(value: Any, *, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None) -> Attachment:
        """
        Create an attachment that inlines a JSON value; `media_type` defaults to `application/json`.

        It cannot be signed, because JSON has no canonical bytes: use `from_bytes` for content to sign.

        Raises:
            TypeError: The value has no JSON form.
            ValueError: A number is not finite, or `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> from pydidcomm import Attachment
            >>> Attachment.from_json_value({"price": 7}, id="offer").as_dict()
            {'id': 'offer', 'media_type': 'application/json', 'data': {'json': {'price': 7}}}
        """
    @staticmethod
    def from_links(links: Sequence[str], *, hash: str | None = None, content: bytes | bytearray | memoryview | None = None, id: str | None = None, description: str | None = None, filename: str | None = None, media_type: str | None = None, format: str | None = None, lastmod_time: float | datetime | None = None, byte_count: int | None = None) -> Attachment:
        """
        Create an attachment whose content is fetched from any of these links.

        Links require the multihash of the content: pass `hash`, or pass `content` to compute it; `content` itself
        is not sent.

        Raises:
            ValueError: `links` is empty, both or neither of `hash` and `content` are given, `hash` is not a
                multihash, or `id` has characters other than letters, digits and `-._~`.

        Example:
            >>> from pydidcomm import Attachment
            >>> film = Attachment.from_links(["https://example.com/film"], content=b"...")
            >>> film.links, film.hash, film.byte_count
            (('https://example.com/film',), 'zQmZsbXTMpTENLEjaeKPyPbtJbKTL4FEJVHnrzSkVsGGVUq', 3)
        """
    @property
    def hash(self, /) -> str | None:
        """
        The multihash of the content, as it was written; `verify_hash` checks it.
        """
    @property
    def id(self, /) -> str | None:
        """
        The id, unique within its message.
        """
    def json(self, /) -> Any:
        """
        The inlined content as a JSON value: `json`, or the decoded JSON text in `base64`.

        Raises:
            ContentNotFoundError: The attachment has only links.
            MalformedMessageError: The content is not JSON.
        """
    @property
    def lastmod_time(self, /) -> Any | None:
        """
        When the content was last modified, as the sender wrote it.
        """
    @property
    def links(self, /) -> tuple[str, ...]:
        """
        The URIs to fetch the content from, in the sender's order; empty if `data` has no `links`.
        """
    @property
    def media_type(self, /) -> str | None:
        """
        The media type of the content.
        """
    @property
    def raw_filename(self, /) -> str | None:
        """
        The file name as the sender wrote it; not safe as a path.
        """
    def verify_hash(self, /, content: bytes | bytearray | memoryview | None = None) -> None:
        """
        Check that `hash` is the hash of the content.

        `content` is what was fetched from a link; without it, the inlined content is checked. The hash is computed
        over the bytes of the content, for `json` over its text as it was written. SHA-256 and SHA-512 multihashes
        are supported, in multibase, bare base58btc or hex; new attachments have SHA-256 in multibase, `zQm...`.

        Raises:
            UntrustedMessageError: The content has another hash.
            UnsupportedError: The hash function is not supported.
            MalformedMessageError: `hash` is missing or not a multihash (a bare digest is not one), or `content`
                differs from the inlined content.
            ContentNotFoundError: The attachment has only links, and `content` is missing.

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
    Independent operations, whose questions are collected.
    """
    def __new__(cls, /, operations: SupportsGetItem[int, Any], threads: SupportsIndex | None) -> Batch:
        """
        Takes prepared operations, with an exception in place of each that could not be prepared, and the maximum
        number of threads: None for all.
        """
    def cancel(self, /) -> None:
        """
        Cancel the batch: operations that have not started are skipped.
        """
    @property
    def long(self, /) -> bool:
        """
        Whether the batch takes long enough to leave the event loop.
        """
    def results(self, /) -> Any:
        """
        The results in the order of the operations, with an exception in place of each that failed.
        """
    def run(self, /) -> Any:
        """
        Run each operation to its next question or its result, and return the questions: empty when all have ended.
        """
    def supply(self, /, answers: SupportsGetItem[int, Any]) -> None:
        """
        Answer the last questions in their order; an exception in place of an answer fails all operations that asked.
        """
    @staticmethod
    def unpacking(packed_msgs: SupportsGetItem[int, Any], options: UnpackOptions, replay_key: bool, known: tuple[Context, int], threads: SupportsIndex | None) -> Batch:
        """
        Prepare to unpack each of the messages.
        """

@final
class Context:
    """
    The stores and options of a party's operations, prepared once.
    """
    def __new__(cls, /, *, secrets: InMemorySecrets | None = None, resolver: LocalResolver | None = None, prefixes: Sequence[str] = ..., exceptions: Sequence[str] = ..., taking_options: SupportsGetItem[int, tuple[str, bool]] = ..., remember_peers: "bool" = True, max_document_entries: int | None = None) -> Context:
        """
        Takes secrets; a resolver, the prefixes of its DIDs and longer prefixes of DIDs that are not; by prefix,
        whether a resolver takes options; whether keys cache secrets with peers; and the most entries of a document.
        """

@final
class DIDDocument:
    """
    A parsed DID document, which a resolver can cache and return any number of times.

    The constructor takes the document's JSON object. Its ids may be absolute or relative, its keys embedded or
    referenced. Keys and services that are unusable here are skipped, and a relationship that is not a list is
    reported by the operation that needs it. DIDComm v2.1, section "DID Document Keys".

    Raises:
        MalformedDocumentError: `id` is missing or not a DID, or the document has more than 4096 entries.

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
        The document as a JSON object, a new copy at each call.
        """
    @property
    def authentication(self, /) -> tuple[str, ...]:
        """
        The absolute ids of the keys that sign for the DID, in the document's order.
        """
    @property
    def id(self, /) -> str:
        """
        The DID that the document describes.
        """
    @property
    def key_agreement(self, /) -> tuple[str, ...]:
        """
        The absolute ids of the keys to encrypt messages to, in the document's order.
        """
    @property
    def services(self, /) -> tuple[Service, ...]:
        """
        The DIDComm services, in the document's order.
        """

@final
class Delivery:
    """
    One way to deliver an envelope: an endpoint URI, and the text for that endpoint.

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
        The text for the wire, with one layer for each mediator on the route.

        Packing wraps the text of the first delivery; the text of any other is wrapped on first access.
        """
    @property
    def route(self, /) -> tuple[str, ...]:
        """
        The mediators that the text is wrapped for, or their routing keys; the outermost layer first.
        """
    @property
    def routed_to_kids(self, /) -> tuple[str, ...]:
        """
        The first mediator's keys that the outermost layer is encrypted to; empty without a mediator.
        """
    @property
    def service_id(self, /) -> str:
        """
        The absolute id of the recipient's service with this endpoint.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """
    @property
    def uri(self, /) -> str:
        """
        The endpoint URI.
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
        The curve of all keys of the envelope.
        """
    @property
    def deliveries(self, /) -> tuple[Delivery, ...]:
        """
        The deliveries, in the recipient's order of preference; if one fails, use the next.
        """
    def delivery(self, /, *schemes: "str") -> Delivery:
        """
        The first delivery to a URI with one of these schemes, or with any scheme if none is given.

        Raises:
            EndpointNotFoundError: No delivery has such a URI.
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
        The text for the wire, wrapped for the mediators of the first delivery.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The recipient's keys that the envelope is encrypted to.
        """

@final
class FindSecrets:
    """
    Requests secrets.
    """
    @property
    def every(self, /) -> bool:
        """
        Whether to return every available secret; otherwise the first is enough.
        """
    @property
    def kids(self, /) -> list[str]:
        """
        The kids, the preferred first.
        """
    @property
    def only(self, /) -> str | None:
        """
        The kid, if there is exactly one; None if there are several.
        """
    @property
    def public_keys(self, /) -> list[PublicKey]:
        """
        The public key of each, or an empty list if they are unknown.
        """

@final
class FormFault:
    """
    A part of a received message that was read as absent because of its invalid form.

    `Metadata.form_faults` lists them if `UnpackConfig.tolerate_form_faults` is on; otherwise unpacking raises
    MalformedMessageError.

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
        The path of the part in the message, such as `created_time` or `attachments[0].id`.
        """
    @property
    def reason(self, /) -> str:
        """
        The reason why the form is invalid.
        """
    @property
    def value(self, /) -> Any:
        """
        The value as the sender wrote it, read-only; None if it is missing.
        """

@final
class Forwarded:
    """
    An unpacked forward: the next hop and the payloads, about which nothing is proved.

    DIDComm v2.1, section "Routing Protocol 2.0".
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def delay_milli(self, /) -> tuple[int, int] | None:
        """
        The requested delay of the delivery, a random time from the first to the second number of milliseconds.

        Both numbers are the same if the sender requests a fixed delay; None if it requests none.
        """
    @property
    def expires_time(self, /) -> int | None:
        """
        The time after which the delivery is useless, in seconds since the epoch; None if there is none.
        """
    def goes_to(self, /, party: str) -> bool:
        """
        Whether `next` is this party: the same DID, and if both have a fragment the same key.
        """
    @property
    def links(self, /) -> tuple[Attachment, ...]:
        """
        The payloads to fetch before they can be delivered, as attachments with `links` and a `hash`.
        """
    @property
    def message(self, /) -> Message:
        """
        The forward as a message, with all of its headers.
        """
    @property
    def messages(self, /) -> tuple[str, ...]:
        """
        The payloads to deliver, as JSON texts in the order of the attachments.
        """
    @property
    def metadata(self, /) -> Metadata:
        """
        The proved facts about the forward; nothing is proved about the payloads.
        """
    @property
    def next(self, /) -> str:
        """
        The next hop as the sender wrote it, a DID or the DID URL of a key.
        """
    @property
    def received(self, /) -> UnpackResult:
        """
        The forward as an `UnpackResult`.
        """

@final
class FromPrior:
    """
    The claims of a DID rotation from `iss` to `sub`; without `sub` the relationship ends.

    Packing a message with these claims as `from_prior` signs them with a key of `iss`; `unpack` verifies them,
    and its result has the verified claims there. `iat` is the time of the rotation and defaults to now. Times are
    in seconds since 1970-01-01T00:00:00Z. DIDComm v2.1, section "DID Rotation".

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
        The claims as the JSON object of the JWT.
        """
    @property
    def aud(self, /) -> str | tuple[str, ...] | None:
        """
        The audience of the token.
        """
    @property
    def exp(self, /) -> int | None:
        """
        The expiry time of the token, in seconds since the epoch.
        """
    @property
    def iat(self, /) -> int | None:
        """
        The time of the rotation, in seconds since the epoch.
        """
    @property
    def iss(self, /) -> str:
        """
        The prior DID, the signer.
        """
    @property
    def jti(self, /) -> str | None:
        """
        The id of the token.
        """
    @property
    def nbf(self, /) -> int | None:
        """
        The time from which the token is valid, in seconds since the epoch.
        """
    @property
    def sub(self, /) -> str | None:
        """
        The new DID; None ends the relationship.
        """

@disjoint_base
class InMemorySecrets:
    """
    Private keys in the memory of this process, parsed on insertion.

    The constructor takes a list of `Secret`, of JWKs with `kid`, or of the other forms that `Secret` reads. It is a
    `SecretsStore`: `add_key` stores a secret, `get_key` and `get_keys` find secrets.

    The long and the short form of a DID, such as a did:peer:4, are one party: a secret that was stored under one form
    is found, replaced and removed under the other form too.

    Raises:
        ValueError: An entry is not a private key, or has no kid.
        UnsupportedError: The curve or the type of an entry is not supported.

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
        Store a secret under its kid, and replace an earlier one.
        """
    def get_key(self, /, kid: str) -> Secret | None:
        """
        The secret with this kid, under the kid of its insertion; None if there is none.
        """
    def get_keys(self, /, kids: Sequence[str]) -> list[str]:
        """
        The kids, among these, whose secrets are stored.
        """
    def kids(self, /) -> list[str]:
        """
        The kids of all secrets, sorted.
        """
    def remove_key(self, /, kid: str) -> bool:
        """
        Remove the secret with this kid, and return whether there was one.
        """

@disjoint_base
class LocalResolver:
    """
    Resolves did:key, did:jwk and did:peer, whose DIDs contain their documents, without a network.

    `key_naming` selects the names of the keys of a did:peer:0, 2 or 3: "numbered" (`#key-1`), the current form,
    or "multibase" (`#6LS...`), which libraries of 2021 and 2022 expect. Documents are cached in bounded memory.

    Some DIDs are only a hash: the short form of a did:peer:4, a did:peer:3, a did:peer:1. They resolve after
    `remember` or `remember_genesis` has stored the preimage, and the first two also while the document of the long
    form is cached. Unpacking a message stores the long form of its sender, a did:peer:4, if the sender is proved;
    messages without a proved sender evict no stored long form.

    `long_forms` is the mapping for the stored long forms and genesis documents, by the DID that is their hash: a
    `dict`, or a `MutableMapping` over a database. Without it they are in this object: those of `remember` and
    `remember_genesis` until `forget`, and those of proved senders within 16 MiB, enough for some 10,000 contacts.

    A subclass may override `resolve`, which is then called for every DID.

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
        Remove a DID in all its forms, also from `long_forms`.

        Args:
            did: The DID, in any of its forms.

        Returns:
            Whether anything was stored or cached for it.

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
        The long form or the genesis document that the DID is the hash of; None if it is neither stored nor cached.
        """
    @property
    def long_forms(self, /) -> Any:
        """
        The stored long forms and genesis documents, by the DID that is their hash.

        The mapping that was passed to the constructor, or else a read-only copy: save it, and pass it to the next
        `LocalResolver`.

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
        Store a did:peer:2 or the long form of a did:peer:4, so that its short form resolves.

        Args:
            did: The did:peer:2, or the long form.

        Returns:
            The short form: a did:peer:3, or the short form of the did:peer:4.

        Raises:
            ValueError: The DID has no short form.
            MalformedDocumentError: The document in the DID is invalid.

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
        Store the genesis document of a did:peer:1, so that the DID resolves.

        Args:
            document: The document: text, because the DID is the hash of its bytes. A dict is written as JSON without
                white space.

        Returns:
            The did:peer:1.

        Raises:
            ValueError: The document is not a JSON object, has an `id`, or has ids that are not relative.

        Example:
            >>> from pydidcomm import LocalResolver
            >>> LocalResolver().remember_genesis('{"keyAgreement":[]}')
            'did:peer:1zQmbVpJt2AcbVyVBV9JZVnEp3SVm4XK3uk5Gr1ezPgS3HJz'
        """
    def resolve(self, /, did: str) -> DIDDocument | None:
        """
        Resolve a DID to its document.

        Args:
            did: The DID.

        Returns:
            The document; None for a DID of another method, and for a hash without its stored or cached preimage.

        Raises:
            MalformedMessageError: `did` is not a DID.
            MalformedDocumentError: The document in the DID is invalid.
            UnsupportedError: The numalgo, or the type of the only key, is not supported.
        """

@final
class LongWork:
    """
    Announces long work, which `run` does: on another thread, if an event loop is waiting.
    """

@final
class Message:
    """
    A plaintext message, before packing and after unpacking.

    Every header has the form that the specification requires. A message is immutable: `replace` returns a changed
    copy. `frm` is the header `from`. `id` defaults to a fresh UUID. Headers without an argument of their own, such
    as `return_route`, go into the dict `custom_headers`. Times are an int, a float or an aware datetime, and are
    stored as whole seconds since 1970-01-01T00:00:00Z. A `type` that is not a Message Type URI is accepted with a
    `MessageTypeWarning`. DIDComm v2.1, section "Message Headers".

    Raises:
        TypeError: An argument has the wrong type, or has no JSON form.
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
        The headers as a table for notebooks, without the body.
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

        Raises:
            ValueError: `from_prior` is not signed yet; packing the message signs it.
        """
    def as_json(self, /) -> str:
        """
        The message as the JSON text of its plaintext.

        Raises:
            ValueError: `from_prior` is not signed yet; packing the message signs it.
        """
    def attachment(self, /, id: str) -> Attachment | None:
        """
        The attachment with this id, or None; the id may have a leading `#`, as references in a body have.

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
        The attachments, the same objects on each access.
        """
    @property
    def body(self, /) -> Mapping[str, Any]:
        """
        The body as a read-only `dict`, empty if the message has none.

        Changing it raises TypeError, because the message would not change. `replace(body=...)` returns a message
        with another body, and `copy.deepcopy` of the body a plain `dict`.

        Example:
            >>> from pydidcomm import Message
            >>> offer = Message(type="https://example.org/sale/1.0/offer", body={"price": 7})
            >>> offer.replace(body={**offer.body, "price": 6}).body
            {'price': 6}
        """
    @property
    def created_at(self, /) -> datetime | None:
        """
        `created_time` as an aware datetime in UTC; None if it is absent or after the year 9999.

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
        The creation time of the message, in seconds since the epoch.
        """
    @property
    def custom_headers(self, /) -> Mapping[str, Any]:
        """
        The headers that the specification does not define, as a read-only `dict` like `body`.
        """
    @property
    def expires_at(self, /) -> datetime | None:
        """
        `expires_time` as an aware datetime in UTC; None if it is absent or after the year 9999.
        """
    @property
    def expires_time(self, /) -> int | None:
        """
        The expiry time of the message, in seconds since the epoch; None if it never expires.
        """
    @property
    def frm(self, /) -> str | None:
        """
        The claimed sender (`from`); `sender` of the result of `unpack` is proved.
        """
    @staticmethod
    def from_dict(message: Mapping[str, Any]) -> Message:
        """
        Read a message from its JSON object.

        Raises:
            MalformedMessageError: The object is not a valid message.
        """
    @staticmethod
    def from_json(message: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> Message:
        """
        Read a message from its JSON text.

        Raises:
            MalformedMessageError: The text is not a valid message.
        """
    @property
    def from_prior(self, /) -> FromPrior | str | None:
        """
        The DID rotation that the message announces; a str is an unverified token.
        """
    @property
    def id(self, /) -> str:
        """
        The id, unique among the sender's messages.
        """
    def is_expired(self, /, now: float | datetime | None = None) -> bool:
        """
        Whether the message has expired at the time `now`, which defaults to the current time.

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
        The ids of messages to acknowledge; an empty id means this message.
        """
    @property
    def pthid(self, /) -> str | None:
        """
        The id of the parent thread.
        """
    def replace(self, /, **changes: "Any") -> "Message":
        """
        Copy the message with other values for these arguments of the constructor.

        Every other part remains as it was written. A verified `from_prior` is signed again by packing.

        Raises:
            TypeError: An argument is unknown, has the wrong type, or has no JSON form.
            ValueError: A header has an invalid form, or `from_prior` is an unverified token that is not replaced.
        """
    @property
    def thid(self, /) -> str | None:
        """
        The thread id as it was written; see `thread` for messages without one.
        """
    @property
    def thread(self, /) -> str:
        """
        The id of the thread of the message, `thid`, or else its own `id`, as it begins the thread.
        """
    @property
    def to(self, /) -> tuple[str, ...] | None:
        """
        The DIDs of the claimed recipients.
        """
    @property
    def type(self, /) -> str:
        """
        The message type URI.
        """

@final
class Metadata:
    """
    The facts about a message that its unpacking proved.

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
        Whether the envelope hides the sender from all but the recipient.
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
        Whether the message had expired when it was unpacked.
        """
    @property
    def form_faults(self, /) -> tuple[FormFault, ...]:
        """
        The parts of the message that were read as absent because of their invalid form.

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
        Whether a signature proves `frm` of the message to third parties too.
        """
    @property
    def profile(self, /) -> str | None:
        """
        The profile in `UnpackConfig.accept_profiles` with the deviations of the message; None if it has none.

        With "veramo", `warnings` lists what is not proved: with `WarningCode.AUTHCRYPT_DRAFT_3`, another recipient
        may have written the message; with `UNBOUND_RECIPIENTS`, the list of recipients may have been changed.
        """
    @property
    def re_wrapped_in_forward(self, /) -> bool:
        """
        Whether the message arrived in a forward to us, rewrapped by a mediator, which was unwrapped too.
        """
    @property
    def recipient(self, /) -> str | None:
        """
        Our DID that the message was encrypted to, in the same form as `sender`; None without encryption.
        """
    @property
    def recipient_kid(self, /) -> str | None:
        """
        Our key that opened the message.
        """
    @property
    def sender(self, /) -> str | None:
        """
        The DID of the sender that authcrypt or a signature proves; None if no sender is proved.

        One party always has one form, whichever form is in the message: the short form of a did:peer:4, and the
        did:peer:2 of a did:peer:3 if the resolver has it. See `same_party` for other comparisons.
        """
    @property
    def sender_long_form(self, /) -> str | None:
        """
        The long form of `sender`, if that is a did:peer:4 and the message or the resolver has it.

        The peer writes only its short form after the first message, which resolves only if the long form is stored:
        store it with the contact, or see `long_forms` of `LocalResolver`.
        """
    @property
    def sign_alg(self, /) -> SignAlg | None:
        """
        The algorithm of the signature.
        """
    @property
    def sign_from(self, /) -> str | None:
        """
        The signing key; its DID is `frm` of the message.
        """
    @property
    def signed_message(self, /) -> str | None:
        """
        The signed layer as it arrived, JSON text that a third party can verify.
        """
    @property
    def warnings(self, /) -> tuple[MessageWarning, ...]:
        """
        Anomalies of the message that are not a reason to refuse it, as texts with a `code`.

        The code `WarningCode.UNPROVED_FROM` means that `frm` of the message is not proved.
        """

@final
class Operation:
    """
    A running operation: each run returns the next question or the result.
    """
    def cancel(self, /) -> None:
        """
        Cancel the operation: computation that has not started is skipped.
        """
    def run(self, /) -> Any:
        """
        Run to the next question or to the result, even if that takes long.
        """
    def start(self, /) -> Any:
        """
        Run to the next question or to the result; return LongWork instead if that takes long.
        """
    def supply(self, /, answer: Any) -> Any:
        """
        Answer the pending question, and continue as `start` does.

        The answer is a document's JSON object, a DIDDocument, a Resolved or None; for one kid a Secret, a JWK, an
        external key or None, for several kids pairs of a kid and one of these; a shared secret; or a signature.
        """

@final
class PackOptions:
    """
    A `PackEncryptedConfig`, converted once for all messages that are packed with it.
    """
    def __new__(cls, /, *, enc_alg_anon: AnonCryptAlg | str, protect_sender_id: "bool", authcrypt_signed: "bool", anoncrypt_authcrypt_signed: "bool", kid_in: Any, profile: Any, curves: Sequence[str], every_curve: "bool", forward: "bool", max_keys: int) -> PackOptions: ...

@final
class PackParameters:
    """
    A `PackEncryptedParameters`, converted once.
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
        The deliveries of the first envelope, in the recipient's order of preference; if one fails, use the next.
        """
    def delivery(self, /, *schemes: "str") -> Delivery:
        """
        The first delivery to a URI with one of these schemes, or with any scheme if none is given.

        Raises:
            EndpointNotFoundError: No delivery has such a URI.
        """
    def endpoint(self, /, *schemes: "str") -> str:
        """
        The first endpoint URI for `message` with one of these schemes, or with any scheme if none is given.

        Endpoints behind other mediators need another text: see `delivery`.

        Raises:
            EndpointNotFoundError: `message` has no such endpoint.
        """
    @property
    def envelopes(self, /) -> tuple[Envelope, ...]:
        """
        The envelopes of the message, each on one curve of the recipient's keys, the preferred first.

        There is one, unless `PackEncryptedConfig.every_curve` is on. `message`, `to_kids`, `from_kid` and
        `deliveries` are those of the first. The recipient needs only one of them.
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
        The text for the wire, wrapped for the mediators of the first delivery.
        """
    @property
    def packed_msg(self, /) -> str:
        """
        The text for the wire, under the name in the tutorial.
        """
    @property
    def service_metadata(self, /) -> ServiceMetadata | None:
        """
        The service and the endpoint of the first delivery; None if the recipient has no endpoint.
        """
    @property
    def services(self, /) -> tuple[Service, ...]:
        """
        The DIDComm services of the recipient, in its order of preference.
        """
    @property
    def sign_from_kid(self, /) -> str | None:
        """
        The signing key of the message; None without a signature.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The recipient's keys that the message is encrypted to.
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
        The text for the wire, under the name in the tutorial.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """
    @property
    def to_kids(self, /) -> tuple[str, ...]:
        """
        The keys that the outermost layer is encrypted to.
        """

@final
class PackedPlaintext:
    """
    A plaintext message, without protection: it can be read and changed on the way.
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
        The text for the wire; `str(...)` of this object is the same.
        """

@final
class PackedSigned:
    """
    A signed message, which any third party can read and verify.
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
        The signing key.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """

@final
class PeerEnded:
    """
    The peer has ended the relationship, as a signature of its DID proves.

    Send nothing more to it. The message can be replayed at any time, so act on it only if `did` is the current DID of
    the contact, and if `is_later_than` the time of its last change is true. `at` is the time of the end, in seconds
    since the epoch, and `kid` the key that signed. Only `unpack` creates one.
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
        The time of the end, in seconds since the epoch; None if the peer did not state it.
        """
    @property
    def did(self, /) -> str:
        """
        The DID of the peer, a did:peer:4 in its short form.
        """
    def is_later_than(self, /, known: int | None) -> bool:
        """
        Whether this change is later than the peer's last change.

        Args:
            known: `at` of the last change, in seconds since the epoch; None if there was none.

        Returns:
            True if `known` is None, or if `at` is later. A change without `at` is never later than a known one.
        """
    @property
    def kid(self, /) -> str:
        """
        The key that signed.
        """

@final
class PeerRotated:
    """
    The peer has rotated to a new DID, as a signature of its old DID proves.

    If `old` is the current DID of a contact, send to `new` from now on, and ignore later messages from `old`. Every
    message repeats the rotation until the peer has received a message at `new`. `at` is the time of the rotation, in
    seconds since the epoch, and `kid` the key of the old DID that signed. Only `unpack` creates one.

    The old DID alone proves the rotation. In anoncrypt, nothing proves that the new DID sent the message, so `sender`
    of the result is None: every recipient of the announcement can send a copy of it. The rotation is valid even so,
    but the body has no proved sender. DIDComm v2.1, section "DID Rotation".
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
        The time of the rotation, in seconds since the epoch; None if the peer did not state it.
        """
    def is_later_than(self, /, known: int | None) -> bool:
        """
        Whether this change is later than the peer's last change.

        Args:
            known: `at` of the last change, in seconds since the epoch; None if there was none.

        Returns:
            True if `known` is None, or if `at` is later. A change without `at` is never later than a known one.
        """
    @property
    def kid(self, /) -> str:
        """
        The key of the old DID that signed.
        """
    @property
    def new(self, /) -> str:
        """
        The new DID of the peer, a did:peer:4 in its short form.
        """
    @property
    def old(self, /) -> str:
        """
        The prior DID of the peer, a did:peer:4 in its short form.
        """

@final
class PublicKey:
    """
    A public key, a valid point on its curve.

    The constructor takes a JWK or a Multikey text. `agree` of an external key receives the peer's key as one.
    DIDComm v2.1, section "Key IDs in DID documents"; RFC 7517; SEC 1.

    Raises:
        ValueError: The value is not a public key, or not a point on its curve.
        UnsupportedError: The curve or the encoding is not supported.

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
        Read a key from its bytes, as in PKCS#11 and most key stores.

        Args:
            curve: The name of the curve, as in a JWK's `crv`.
            octets: The 32 raw bytes of an X25519 or Ed25519 key, or a point in the compressed or uncompressed form of
                SEC 1.

        Raises:
            ValueError: The bytes are not a public key on the curve.
            UnsupportedError: The curve is not supported.
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
        The bytes of the key, as PKCS#11 and most key stores take them.

        X25519 and Ed25519 keys are 32 raw bytes. Keys on other curves are the uncompressed point 04 || x || y, or
        the compressed point with `compressed=True`.
        """

@final
class ResolveDid:
    """
    Requests a DID document.
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
        Whether the DID comes from a message whose sender is not proved.
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

    A deactivated DID is refused: nothing is encrypted to it, and its keys prove nothing. A resolver may also return a
    DID resolution result, a dict with `didDocument` and `didDocumentMetadata`. The version and the time of the update
    are for logs and audits, and decide nothing.

    Args:
        document: The document, as its JSON object or parsed; None if the DID has none.
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
        The document, as its JSON object or parsed; None if the DID has none.
        """
    @property
    def updated(self, /) -> datetime | None:
        """
        The time of the last update, in UTC; None if the resolver does not report it.
        """
    @property
    def version_id(self, /) -> str | None:
        """
        The version of the document, as the DID method names it; None if the resolver does not report it.
        """

@final
class Secret:
    """
    A private key, parsed once; its text forms never contain the private bytes.

    The constructor takes a JWK with `d`, or a verification method with `privateKeyJwk`, `privateKeyMultibase`,
    `privateKeyBase58`, `secretKeyJwk` or `secretKeyMultibase`. `kid` is the DID URL of the public key in the DID
    document, and defaults to the `kid` or `id` of the value. A verkey of DIDComm v1 counts as the kid in its did:key.
    The private bytes are zeroed with the last reference to the object.

    Raises:
        ValueError: The value is not a private key, has no kid, or its private and public keys do not match.
        UnsupportedError: The curve or the type of the key is not supported.

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
        The key as a JWK with its private member `d`, for storage; Python cannot zero this copy.
        """
    @staticmethod
    def from_octets(curve: str, octets: bytes | bytearray | memoryview, *, kid: str | None = None) -> Secret:
        """
        Read a private key from its raw bytes, and compute the public key.

        Args:
            curve: The name of the curve, as in a JWK's `crv`.
            octets: The raw bytes of the private key.
            kid: The DID URL of the key; defaults to the kid in its did:key.

        Raises:
            ValueError: The bytes are not a private key on the curve, or `kid` is not the DID URL of a key.
            UnsupportedError: The curve is not supported.
        """
    @staticmethod
    def generate(curve: str, *, kid: str | None = None) -> Secret:
        """
        Generate a private key on a curve.

        Args:
            curve: "X25519", "P-256", "P-384" or "P-521" for key agreement; "Ed25519", "P-256" or "secp256k1" for
                signatures.
            kid: The DID URL of the key; defaults to the kid in its did:key. `renamed` changes it.

        Raises:
            ValueError: `kid` is not the DID URL of a key.
            UnsupportedError: The curve is not supported.

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
        The public key as a JWK.
        """
    @property
    def public_key(self, /) -> PublicKey:
        """
        The public key.
        """
    def public_multikey(self, /) -> str:
        """
        The public key as a Multikey, for instance `z6LS...` or `z6Mk...`.
        """
    def renamed(self, /, kid: str) -> Secret:
        """
        The same key under another kid.

        Raises:
            ValueError: `kid` is not the DID URL of a key.
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
        The endpoints, in the owner's order of preference.
        """
    @property
    def id(self, /) -> str:
        """
        The absolute id of the service.
        """

@final
class ServiceEndpoint:
    """
    One endpoint of a service, which receives messages.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def accept(self, /) -> tuple[str, ...] | None:
        """
        The accepted profiles, the preferred first; None if the document lists none.
        """
    @property
    def routing_keys(self, /) -> tuple[str, ...]:
        """
        The routing keys, the outermost layer first.
        """
    @property
    def uri(self, /) -> str:
        """
        A transport URI, or the DID of a mediator.
        """

@final
class ServiceMetadata:
    """
    The service and the endpoint of a message.
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
        The endpoint URI.
        """

@final
class Sign:
    """
    Requests a signature from an external key.
    """
    @property
    def algorithm(self, /) -> SignAlg:
        """
        The signature algorithm of the key's curve.
        """
    @property
    def data(self, /) -> bytes:
        """
        The data to sign.
        """
    @property
    def key(self, /) -> Any:
        """
        The object of the external key.
        """

@final
class UnpackOptions:
    """
    An `UnpackConfig`, converted once for all messages that are unpacked with it.
    """
    def __new__(cls, /, config: Any) -> UnpackOptions: ...

@final
class UnpackResult:
    """
    A message, and the proved facts about it.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def _repr_svg_(self, /) -> str:
        """
        The opened layers and the proved sender as a picture for notebooks, without the body.
        """
    @property
    def forward(self, /) -> Forwarded | None:
        """
        The next hop and the payloads if the message is a forward to a mediator; None for any other message.

        So a mediator unpacks every message only once. A forward to one of our own DIDs is unwrapped already, unless
        `UnpackConfig.unwrap_re_wrapping_forward` is False. DIDComm v2.1, section "Mediator Process".

        Raises:
            MalformedMessageError: The forward has no next hop or no payload.

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
        The proved facts about the message.
        """
    @property
    def relationship_change(self, /) -> PeerRotated | PeerEnded | None:
        """
        The proved change of the relationship with the sender; None if there is none.
        """
    @property
    def replay_key(self, /) -> tuple[str | None, str | None, str | None, str, int | None, str]:
        """
        The tuple for `ReplayEntry.of` (sender, recipient, id, digest, expires_time and delivery).
        """
    @property
    def sender(self, /) -> str | None:
        """
        The DID of the sender that authcrypt or a signature proves; None if no sender is proved.

        `message.frm` is only a claim. See `Metadata.sender` for the form of the DID.
        """

@final
class V1Forwarded:
    """
    An unpacked forward of DIDComm v1: the next hop and the payload, about which nothing is proved.

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
        The media type of the payload, an envelope of DIDComm v1 or an encrypted message of DIDComm v2.
        """
    @property
    def message(self, /) -> str:
        """
        The payload, the same as `text`.
        """
    @property
    def received(self, /) -> V1Message:
        """
        The forward as a `V1Message`.
        """
    @property
    def text(self, /) -> str:
        """
        The payload to deliver, as JSON text; `str(...)` of this object is the same.
        """
    @property
    def to(self, /) -> str:
        """
        The next hop as the sender wrote it, a verkey, or a DID with or without a fragment.
        """

@final
class V1Message:
    """
    A message of DIDComm v1, and the proved facts about it, which never include a DID.

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
        The verkeys of all claimed recipients, including ours.
        """
    @property
    def id(self, /) -> str | None:
        """
        `@id` of the JSON object; None if there is none.
        """
    def json(self, /) -> dict[str, Any]:
        """
        The content as a JSON object.

        Raises:
            MalformedMessageError: The content is not a JSON object.
        """
    @property
    def recipient_verkey(self, /) -> str:
        """
        Our verkey that opened the message.
        """
    @property
    def replay_key(self, /) -> tuple[str | None, str | None, str | None, str, int | None, str]:
        """
        The tuple for `ReplayEntry.of` (sender, recipient, id, digest, expires_time and delivery).
        """
    @property
    def sender_verkey(self, /) -> str | None:
        """
        The sender's verkey in authcrypt, whose holder chose the content key; None in anoncrypt.

        It never proves a DID. DIDComm v1 binds the content key to the sender, and not the content: of a message to
        several recipients, each recipient can forge another content for the others.
        """
    @property
    def type(self, /) -> str | None:
        """
        `@type` of the JSON object; None if there is none.
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
        The text for the wire, under the name in the tutorial.
        """
    @property
    def text(self, /) -> str:
        """
        The text for the wire; `str(...)` of this object is the same.
        """
    @property
    def to_verkeys(self, /) -> tuple[str, ...]:
        """
        The verkeys that the message is encrypted to.
        """

def check_claims(message: Message | Mapping[str, Any], sender: str | None, known: tuple[Context, int]) -> Operation:
    """
    Prepare to check a message's claims about its sender against the key that authenticated its encryption.
    """

def choose_layer_keys(to: str, frm: str | None, curves: Sequence[str], known: tuple[Context, int]) -> Operation:
    """
    Prepare to choose the keys of one layer for `to`, a DID or a kid.
    """

def decrypt_layer(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], recipient: tuple[str, Any], sender: tuple[str, PublicKey] | None, options: UnpackOptions) -> Operation:
    """
    Prepare to open one layer with a secret, and in authcrypt with the sender's key.
    """

def describe(text: str, names: SupportsGetItem[int, str] = ...) -> str:
    """
    Describe a text in an error: quoted if it is a DID, a URL or one of `names`; otherwise its type and length.
    """

def document_of(did: str, answer: "Any", most_entries: SupportsIndex | None = None) -> DIDDocument:
    """
    Read a resolver's answer, and check that the document is that of the DID.
    """

def encode_did_document(document: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> str:
    """
    Create the long form of a did:peer:4 from an input document.

    The caller has the keys of the document, and stores their secrets under kids such as `did#key-1`.

    Args:
        document: A DID document without `id`, whose ids are relative.

    Returns:
        The long form.

    Raises:
        ValueError: The document is not a JSON object, has an `id` or an id that is not relative, or is too long for
            a DID.

    Example:
        >>> from pydidcomm import encode_did_document
        >>> encode_did_document({"hello": "world"})
        'did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a'
    """

def encode_jwk_did(secret: Secret) -> tuple[str, list[Secret]]:
    """
    The did:jwk of a secret, and the secret with its kid.
    """

def encode_key_did(secret: Secret) -> tuple[str, list[Secret]]:
    """
    The did:key of a secret, and its secrets with their kids; an Ed25519 key implies an X25519 key.
    """

def encode_peer_did(method: int, agreement: SupportsGetItem[int, Secret], authentication: SupportsGetItem[int, Secret], services: SupportsGetItem[int, Any]) -> tuple[str, list[Secret], str | None]:
    """
    Create a did:peer of this numalgo; return it, its secrets by kid, and the preimage if the DID is only a hash.
    """

def encode_peer_public_keys(method: int, agreement: SupportsGetItem[int, PublicKey], authentication: SupportsGetItem[int, PublicKey], services: SupportsGetItem[int, Any]) -> tuple[str, list[str], str | None]:
    """
    Create a did:peer of this numalgo from public keys; return it, the kids in the order of the keys, and the preimage
    if the DID is only a hash.
    """

def encode_public_keys(*, agreement: "Sequence[PublicKey]" = ..., authentication: "Sequence[PublicKey]" = ..., services: "Sequence[Any]" = ...) -> str:
    """
    Create a did:peer:2 from public keys, for instance of external keys, and services.

    Args:
        agreement: The keys for key agreement.
        authentication: The keys for signatures.
        services: The services, each an object as in a DID document. A list of services becomes one element, as in
            DIDs until 2023.

    Returns:
        The DID. Its keys are `#key-1`, `#key-2` and so on, those for key agreement first.

    Raises:
        ValueError: No key is given, a key is unfit for its purpose, or a service is not an object.

    Example:
        >>> from pydidcomm import PublicKey, encode_public_keys
        >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
        >>> encode_public_keys(agreement=[key])
        'did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc'
    """

def encrypt_layer(plaintext: bytes | bytearray | memoryview, recipients: SupportsGetItem[int, tuple[str, PublicKey]], sender: tuple[str, Any] | None, enc_alg_anon: AnonCryptAlg | str) -> Operation:
    """
    Prepare to encrypt any bytes in one layer: authcrypt with a sender, anoncrypt without one.
    """

def find_routes(to: str, known: tuple[Context, int]) -> Operation:
    """
    Prepare to find the routes to a DID, the preferred first.
    """

def inspect(packed: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> dict[str, Any]:
    """
    Describe an envelope without any key, as the members of `EnvelopeView`.
    """

def keep_long_form(resolver: LocalResolver, received: UnpackResult) -> None:
    """
    Store the long form of the proved sender of an accepted message.
    """

def malformed_text(part: str, reason: str, /) -> str:
    """
    The text of a `MalformedMessageError`.
    """

def pack_encrypted(message: Message | Mapping[str, Any], to: str | Sequence[str], frm: str | None, sign_frm: str | None, options: PackOptions, parameters: PackParameters, known: tuple[Context, int]) -> Operation:
    """
    Prepare to pack an encrypted message.
    """

def pack_plaintext(message: Message | Mapping[str, Any]) -> PackedPlaintext:
    """
    Pack a plaintext message.
    """

def pack_signed(message: Message | Mapping[str, Any], sign_frm: str, kid_in: Any, known: tuple[Context, int]) -> Operation:
    """
    Prepare to pack a signed message.
    """

def prepare_process() -> None:
    """
    Register the handlers of a fork and of the end of the interpreter; the package calls it once.
    """

def processors() -> int:
    """
    The number of threads that compute at the same time in this process.
    """

def read_object(json_text: str | bytes | bytearray | memoryview | Mapping[str, Any]) -> dict[str, Any]:
    """
    Read a JSON object, and refuse one that implementations could read differently.
    """

def receive(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, replay_key: bool, known: tuple[Context, int]) -> Operation:
    """
    Prepare to unpack a message of DIDComm v2 or v1.
    """

def restore(kind: "type", parts: "tuple[Any, ...]") -> Any:
    """
    Create the object of a pickle.

    A pickle is trusted input: it can claim that anything was proved.
    """

def rewrap(payload: str | bytes | bytearray | memoryview | Mapping[str, Any], next_hop: str, routing_keys: Sequence[str], enc_alg_anon: AnonCryptAlg | str, forward_headers: Mapping[str, Any] | None, known: tuple[Context, int]) -> Operation:
    """
    Prepare to rewrap the payload of a forward, for each of the routing keys or for the next hop itself.
    """

def same_message_type(one: str, other: str) -> bool:
    """
    Whether two message type URIs denote the same message of the same protocol, in any minor version.

    Names are compared without case and punctuation; major versions must be equal. Use it to find the
    handler for a received message. DIDComm v2.1, sections "Message Type URI" and "Semver Rules".

    Args:
        one: A message type URI.
        other: The URI to compare it with.

    Returns:
        True if both are the same type. A text that is not a message type URI equals only itself.

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
    Whether two DIDs belong to one party: they are equal, or one is the short form of the other.

    A did:peer:4 has a short and a long form, and a did:peer:3 is the short form of a did:peer:2. The short form is
    the hash of the long form, and is computed for the comparison. DID URLs are compared by their DIDs.

    Args:
        one: A DID or a DID URL.
        other: The DID or DID URL to compare it with.

    Returns:
        True if both belong to one party.

    Example:
        >>> from pydidcomm import same_party
        >>> same_party("did:example:bob", "did:example:bob#key-1"), same_party("did:example:bob", "did:example:bo")
        (True, False)
    """

def sanitize(text: str, longest: SupportsIndex | None = None) -> str:
    """
    Escape everything that is not printable, and omit the middle of a text longer than `longest` characters.
    """

def short_form(did: str, /) -> str:
    """
    The short form of a did:peer:2 or of the long form of a did:peer:4; any other DID unchanged.

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
    Prepare to unpack a message.
    """

def unpack_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepare to unpack a forward, as the mediator that it is addressed to.
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
    Prepare to wrap an encrypted message for each of the routing keys, the last outermost.
    """

def v1_pack(message: str | bytes | bytearray | memoryview | Mapping[str, Any], to: Sequence[str], frm: str | None, known: tuple[Context, int]) -> Operation:
    """
    Prepare to pack a message of DIDComm v1.
    """

def v1_public_key(verkey: str) -> PublicKey:
    """
    The Ed25519 key of a verkey.
    """

def v1_unpack(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepare to unpack a message of DIDComm v1.
    """

def v1_unpack_forward(packed_msg: str | bytes | bytearray | memoryview | Mapping[str, Any], options: UnpackOptions, known: tuple[Context, int]) -> Operation:
    """
    Prepare to unpack a forward of DIDComm v1, as the mediator that it is addressed to.
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
    Prepare to wrap an encrypted message for each of the routing keys.
    """
