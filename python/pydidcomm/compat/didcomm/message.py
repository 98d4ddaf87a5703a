"""Mutable messages; packing reads them through `pydidcomm.Message`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable  # noqa: TC003, resolving the types of fields needs it
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

import attrs

from pydidcomm.compat.didcomm import _fields
from pydidcomm.compat.didcomm.common.types import JSON, JSON_OBJ, JSON_VALUE, DIDCommMessageTypes
from pydidcomm.compat.didcomm.core.converters import converter__id
from pydidcomm.compat.didcomm.core.serialization import json_bytes_to_dict, json_str_to_dict
from pydidcomm.compat.didcomm.errors import DIDCommValueError, MalformedMessageCode, MalformedMessageError

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "Attachment",
    "AttachmentDataBase64",
    "AttachmentDataJson",
    "AttachmentDataLinks",
    "FromPrior",
    "GenericMessage",
    "HeaderValueType",
    "Headers",
    "Message",
]

HeaderKeyType: TypeAlias = str
HeaderValueType: TypeAlias = JSON_VALUE
Headers: TypeAlias = dict[str, Any]
T = TypeVar("T")
Data = TypeVar("Data")

_MESSAGE_RESERVED_FIELDS = frozenset({
    "ack", "attachments", "body", "created_time", "expires_time", "frm", "from", "from_prior", "id",
    "please_ack", "pthid", "thid", "to", "type",
})  # fmt: skip


@attrs.define(slots=False)
class AttachmentDataLinks:
    """Content of an attachment as links.

    Attributes:
        links: The URLs of the content.
        hash: The multihash of the content.
        jws: A detached signature over the content.
    """

    links: list[str] = attrs.field(validator=_fields.a_list(str))
    hash: str = attrs.field(validator=_fields.a(str))
    jws: JSON_OBJ | None = attrs.field(validator=_fields.maybe(dict), default=None)

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object."""
        return _write(self)

    @staticmethod
    def from_dict(d: JSON_OBJ) -> AttachmentDataLinks:
        """Reads the JSON object."""
        return _built(AttachmentDataLinks, d)


@attrs.define(slots=False)
class AttachmentDataBase64:
    """Content of an attachment as base64url.

    Attributes:
        base64: The content.
        hash: The multihash of the content.
        jws: A detached signature over the content.
    """

    base64: str = attrs.field(validator=_fields.a(str))
    hash: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    jws: JSON_OBJ | None = attrs.field(validator=_fields.maybe(dict), default=None)

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object."""
        return _write(self)

    @staticmethod
    def from_dict(d: JSON_OBJ) -> AttachmentDataBase64:
        """Reads the JSON object."""
        return _built(AttachmentDataBase64, d)


@attrs.define(slots=False)
class AttachmentDataJson:
    """Content of an attachment as a JSON value.

    Attributes:
        json: The content.
        hash: The multihash of the content.
        jws: A detached signature over the content.
    """

    json: JSON_VALUE = attrs.field(validator=_fields.a(str, int, bool, float, dict, list))
    hash: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    jws: JSON_OBJ | None = attrs.field(validator=_fields.maybe(dict), default=None)

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object."""
        return _write(self)

    @staticmethod
    def from_dict(d: JSON_OBJ) -> AttachmentDataJson:
        """Reads the JSON object."""
        return _built(AttachmentDataJson, d)


_DATA = {"links": AttachmentDataLinks, "base64": AttachmentDataBase64, "json": AttachmentDataJson}


@attrs.define(slots=False)
class Attachment:
    """Content in addition to the body; see `pydidcomm.Attachment`, which signs, verifies and hashes too."""

    data: AttachmentDataLinks | AttachmentDataBase64 | AttachmentDataJson = attrs.field(
        validator=_fields.a(*_DATA.values())
    )
    id: str | Callable[[], str] | None = attrs.field(
        converter=converter__id, validator=_fields.a(str), default=None
    )
    description: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    filename: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    media_type: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    format: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    lastmod_time: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    byte_count: int | None = attrs.field(validator=_fields.maybe(int), default=None)

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object."""
        return _write(self)

    @staticmethod
    def from_dict(d: JSON_OBJ) -> Attachment:
        """Reads the JSON object."""
        data = d.get("data") if isinstance(cast("Any", d), dict) else None
        kind = next((kind for name, kind in _DATA.items() if isinstance(data, dict) and name in data), None)
        if kind is None:
            raise MalformedMessageError(MalformedMessageCode.INVALID_PLAINTEXT)
        return _built(Attachment, {**d, "data": _built(kind, cast("JSON_OBJ", data))})


@attrs.define(slots=False)
class FromPrior:
    """The claims of a DID rotation; see `pydidcomm.FromPrior`.

    Attributes:
        iss: The prior DID.
        sub: The new DID; None ends the relationship.
        aud: The audience of the token.
        exp: The expiry time of the token, in seconds since the epoch.
        nbf: The time before which the token is not valid, in seconds since the epoch.
        iat: The time of the rotation, in seconds since the epoch.
        jti: The id of the token.
    """

    iss: str = attrs.field(validator=_fields.a_did)
    sub: str | None = attrs.field(validator=_fields.maybe_did)
    aud: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    exp: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    nbf: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    iat: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    jti: str | None = attrs.field(validator=_fields.maybe(str), default=None)

    def as_dict(self) -> JSON_OBJ:
        """Return the claims."""
        return _write(self)

    @staticmethod
    def from_dict(d: JSON_OBJ) -> FromPrior:
        """Reads the claims."""
        return _built(FromPrior, {"sub": None, **d})


for _class in (AttachmentDataLinks, AttachmentDataBase64, AttachmentDataJson, FromPrior):
    # applications copy them with dataclasses.replace and with attrs.evolve
    dataclasses.dataclass(_class)


def _custom(value: Any) -> bool:  # noqa: ANN401
    match value:
        case None:
            return True
        case {**headers}:
            names = all(isinstance(name, str) for name in headers)
            return names and _MESSAGE_RESERVED_FIELDS.isdisjoint(headers)
        case _:
            return False


@attrs.define(slots=False, on_setattr=[])
class GenericMessage(Generic[T]):
    """A message with a body of any type; see `pydidcomm.Message`, which is immutable."""

    type: str = attrs.field(validator=_fields.a(str))
    body: T
    id: str | Callable[[], str] | None = attrs.field(
        converter=converter__id, validator=_fields.a(str), default=None
    )
    frm: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    to: list[str] | None = attrs.field(validator=_fields.maybe_list(str), default=None)
    created_time: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    expires_time: int | None = attrs.field(validator=_fields.maybe(int), default=None)
    from_prior: FromPrior | None = attrs.field(validator=_fields.maybe(FromPrior), default=None)
    please_ack: list[str] | None = attrs.field(validator=_fields.maybe_list(str), default=None)
    ack: list[str] | None = attrs.field(validator=_fields.maybe_list(str), default=None)
    thid: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    pthid: str | None = attrs.field(validator=_fields.maybe(str), default=None)
    attachments: list[Attachment] | None = attrs.field(validator=_fields.maybe_list(Attachment), default=None)
    custom_headers: Headers | None = attrs.field(
        validator=_fields.that(_custom, "has a header that is not a custom one"), default=None
    )

    def __attrs_post_init__(self) -> None:
        if self.thid is None:
            self.thid = cast("str", self.id)

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object of the plaintext, with `from_prior` as claims."""
        written = _write(self)
        if "frm" in written:
            written["from"] = written.pop("frm")
        written["typ"] = DIDCommMessageTypes.PLAINTEXT.value
        custom: JSON_OBJ = written.pop("custom_headers", {})
        return written | custom

    @staticmethod
    def _body_from_dict(body: JSON_OBJ) -> Any:  # noqa: ANN401
        return body

    @classmethod
    def from_json(cls, msg: JSON | bytes) -> Self:
        """Read the JSON text of a plaintext, with `from_prior` as claims."""
        return cls.from_dict(json_bytes_to_dict(msg) if isinstance(msg, bytes) else json_str_to_dict(msg))

    @classmethod
    def from_dict(cls, d: JSON_OBJ) -> Self:
        """Read the JSON object of a plaintext, with `from_prior` as claims.

        Raises:
            MalformedMessageError: It is not a message.
        """
        headers: JSON_OBJ = dict(d) if isinstance(cast("Any", d), dict) else {}
        media_type = headers.pop("typ", DIDCommMessageTypes.PLAINTEXT.value)
        if media_type != DIDCommMessageTypes.PLAINTEXT.value or not {"id", "type", "body"} <= headers.keys():
            raise MalformedMessageError(MalformedMessageCode.INVALID_PLAINTEXT)
        custom = {name: headers.pop(name) for name in headers.keys() - _MESSAGE_RESERVED_FIELDS}
        if custom:
            headers["custom_headers"] = custom
        if "from" in headers:
            headers["frm"] = headers.pop("from")
        headers["body"] = cls._body_from_dict(headers["body"])
        if headers.get("from_prior"):
            headers["from_prior"] = FromPrior.from_dict(headers["from_prior"])
        if isinstance(headers.get("attachments"), list):
            headers["attachments"] = [Attachment.from_dict(entry) for entry in headers["attachments"]]
        return _built(cls, headers)


class Message(GenericMessage[JSON_OBJ]):
    """A message; see `pydidcomm.Message`, which is immutable."""

    def as_dict(self) -> JSON_OBJ:
        """Return the JSON object of the plaintext, with `from_prior` as claims."""
        if not isinstance(cast("Any", self.body), dict):
            message = f"Body structure is invalid: {type(self.body).__name__}"
            raise DIDCommValueError(message)
        return super().as_dict()


def _write(value: Any) -> JSON_OBJ:  # noqa: ANN401
    """Return the fields with a value, checked again, since they may have changed."""
    attrs.validate(value)
    fields = {field.name: getattr(value, field.name) for field in attrs.fields(cast("Any", type(value)))}
    return {name: _plain(held) for name, held in fields.items() if held is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if attrs.has(cast("Any", type(value))):
        return _write(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: held for name, held in dataclasses.asdict(value).items() if held is not None}
    match value:
        case [*entries] if isinstance(value, list):
            return [_plain(entry) for entry in entries]
        case {**members}:
            return {name: _plain(member) for name, member in members.items()}
        case _:
            return value


def _built(kind: Callable[..., Data], fields: JSON_OBJ) -> Data:
    """Return the object of untrusted fields; raise MalformedMessageError for invalid ones."""
    try:
        return kind(**fields)
    except (TypeError, ValueError) as error:
        raise MalformedMessageError(MalformedMessageCode.INVALID_PLAINTEXT) from error
