"""Parse and build JWEs, for applications that inspect envelopes; without cryptography.

The services of this package use pydidcomm's core, which is stricter.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydidcomm.compat._described import describe
from pydidcomm.compat._json import read_object
from pydidcomm.compat.didcomm_messaging.crypto._jwe_members import check_members, read_header, refuse
from pydidcomm.compat.didcomm_messaging.multiformats.multibase import Base64UrlEncoder
from pydidcomm.errors import MalformedMessageError

__all__ = [
    "IDENT_ENC_KEY",
    "IDENT_HEADER",
    "IDENT_PROTECTED",
    "IDENT_RECIPIENTS",
    "JweBuilder",
    "JweEnvelope",
    "JweRecipient",
]

IDENT_ENC_KEY = "encrypted_key"
IDENT_HEADER = "header"
IDENT_PROTECTED = "protected"
IDENT_RECIPIENTS = "recipients"

_base64url = Base64UrlEncoder()


def b64url(value: bytes | str) -> str:
    """Return the bytes, or the text in UTF-8, as base64url without padding."""
    return _base64url.encode(value.encode() if isinstance(value, str) else value)


def from_b64url(value: str) -> bytes:
    """Return the bytes of a base64url text.

    Raises:
        ValueError: The text is malformed.
    """
    try:
        return _base64url.decode(value)
    except (ValueError, TypeError, AttributeError) as error:
        message = "Error decoding base64 value"
        raise ValueError(message) from error


class JweRecipient:
    """One recipient: the content key wrapped for it, and its header.

    Args:
        encrypted_key: The wrapped key.
        header: The header of this recipient only.
    """

    def __init__(self, *, encrypted_key: bytes, header: dict[str, Any] | None = None) -> None:
        self.encrypted_key = encrypted_key
        self.header: dict[str, Any] = header or {}

    @classmethod
    def deserialize(cls, entry: Mapping[str, Any]) -> "JweRecipient":
        """The recipient that a member of `recipients` describes.

        Raises:
            ValueError: It has no wrapped key, or a header that is not an object.
        """
        if IDENT_ENC_KEY not in entry:
            refuse("recipient: missing encrypted_key")
        header = entry.get(IDENT_HEADER, {})
        if not isinstance(header, dict):
            refuse("recipient: invalid header")
        own = cast("dict[str, Any]", header)
        return cls(encrypted_key=from_b64url(entry[IDENT_ENC_KEY]), header=own)

    def serialize(self) -> dict[str, Any]:
        """The recipient as a member of `recipients`."""
        entry: dict[str, Any] = {IDENT_ENC_KEY: b64url(self.encrypted_key)}
        return {**entry, IDENT_HEADER: self.header} if self.header else entry


class JweBuilder:
    """Collects the parts of an envelope.

    Args:
        with_protected_recipients: Whether the recipients are in the protected header, as in DIDComm v1.
        with_flatten_recipients: Whether a single recipient is written without a list.
    """

    def __init__(
        self,
        with_protected_recipients: bool = False,  # noqa: FBT001, FBT002, as the original has it
        with_flatten_recipients: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        self._with_protected_recipients = with_protected_recipients
        self._with_flatten_recipients = with_flatten_recipients
        self._recipients: list[JweRecipient] = []
        self._protected: dict[str, Any] = {}
        self._protected_b64 = b""
        self._unprotected: dict[str, Any] | None = None
        self._ciphertext = b""
        self._iv = b""
        self._tag = b""
        self._aad: bytes | None = None

    def add_recipient(self, recip: JweRecipient) -> None:
        """Adds a recipient."""
        self._recipients.append(recip)

    @property
    def recipients_json(self) -> list[dict[str, Any]]:
        """The recipients so far, as JSON has them."""
        return [recipient.serialize() for recipient in self._recipients]

    @property
    def protected_bytes(self) -> bytes:
        """The protected header as it is authenticated.

        Raises:
            AssertionError: It is not set.
        """
        if not self._protected_b64:
            raise AssertionError
        return self._protected_b64

    def set_protected(self, protected: Mapping[str, Any]) -> None:
        """Sets the protected header, with the recipients so far where they belong into it.

        Raises:
            ValueError: They belong there, and there is none.
        """
        header = dict(protected)
        if self._with_protected_recipients:
            header.update(_recipients_member(self.recipients_json, flatten=self._with_flatten_recipients))
        self._protected = header
        self._protected_b64 = b64url(json.dumps(self._protected)).encode()

    def set_unprotected(self, unprotected: dict[str, Any]) -> None:
        """Set the unprotected header."""
        self._unprotected = unprotected

    def set_payload(self, ciphertext: bytes, iv: bytes, tag: bytes, aad: bytes | None = None) -> None:
        """Set the ciphertext, its nonce, tag and additional authenticated data."""
        self._ciphertext = ciphertext
        self._iv = iv
        self._tag = tag
        self._aad = aad

    def build(self) -> "JweEnvelope":
        """Return the envelope.

        Raises:
            ValueError: A part is missing.
        """
        parts = {
            "payload": self._ciphertext,
            "iv (nonce)": self._iv,
            "tag": self._tag,
            "recipients": self._recipients,
            "protected headers": self._protected,
        }
        for name, part in parts.items():
            if not part:
                message = f"Missing {name} for JWE"
                raise ValueError(message)
        return JweEnvelope(
            recipients=self._recipients,
            protected=self._protected,
            protected_b64=self._protected_b64,
            ciphertext=self._ciphertext,
            iv=self._iv,
            tag=self._tag,
            aad=self._aad,
            unprotected=self._unprotected,
            with_protected_recipients=self._with_protected_recipients,
            with_flatten_recipients=self._with_flatten_recipients,
        )


def _no_header() -> dict[str, Any] | None:
    return {}


@dataclass
class JweEnvelope:
    """A parsed envelope, not decrypted.

    Attributes:
        recipients: The recipients of the content key.
        protected: The protected header, without the recipients.
        protected_b64: The protected header in base64url.
        ciphertext: The encrypted content.
        iv: Its nonce.
        tag: Its tag.
        aad: The additional authenticated data.
        unprotected: The unprotected header.
        with_protected_recipients: Whether the recipients are in the protected header.
        with_flatten_recipients: Whether a single recipient is written without a list.
    """

    recipients: list[JweRecipient]
    protected: dict[str, Any]
    protected_b64: bytes
    ciphertext: bytes
    iv: bytes
    tag: bytes
    aad: bytes | None = None
    unprotected: dict[str, Any] | None = field(default_factory=_no_header)
    with_protected_recipients: bool = False
    with_flatten_recipients: bool = True

    @classmethod
    def from_json(cls, message: bytes | str) -> "JweEnvelope":
        """The envelope of a JSON text.

        Raises:
            ValueError: It is not an envelope.
        """
        try:
            parsed = read_object(message)
        except MalformedMessageError as error:
            refuse(f"JWE: {error}")
        return cls.deserialize(parsed)

    @classmethod
    def deserialize(cls, message: Mapping[str, Any]) -> "JweEnvelope":
        """The envelope of a JSON object.

        Raises:
            ValueError: It is not an envelope.
        """
        check_members(message)
        protected = read_header(from_b64url(message[IDENT_PROTECTED]))
        unprotected: dict[str, Any] = message.get("unprotected") or {}
        if protected.keys() & unprotected.keys():
            refuse("JWE: duplicate header")
        flattened = IDENT_ENC_KEY in protected
        inside = {
            name: protected.pop(name)
            for name in (_RECIPIENT_MEMBERS if flattened else (IDENT_RECIPIENTS,))
            if name in protected
        }
        if IDENT_RECIPIENTS in inside and IDENT_RECIPIENTS in message:
            refuse("JWE: duplicate recipients block")
        recipients, flat = _read_recipients(inside or message)
        shared = protected.keys() | unprotected.keys()
        if any(recipient.header.keys() & shared for recipient in recipients):
            refuse("JWE: duplicate header")
        aad: str | None = message.get("aad")
        return cls(
            recipients=recipients,
            protected=protected,
            protected_b64=message[IDENT_PROTECTED].encode(),
            ciphertext=from_b64url(message["ciphertext"]),
            iv=from_b64url(message["iv"]),
            tag=from_b64url(message["tag"]),
            aad=None if aad is None else from_b64url(aad),
            unprotected=unprotected,
            with_protected_recipients=bool(inside),
            with_flatten_recipients=flat,
        )

    def serialize(self) -> dict[str, Any]:
        """The envelope as a JSON object.

        Raises:
            ValueError: It has no recipient.
        """
        envelope: dict[str, Any] = {IDENT_PROTECTED: self.protected_b64.decode()}
        if self.unprotected:
            envelope["unprotected"] = dict(self.unprotected)
        if not self.with_protected_recipients:
            envelope.update(_recipients_member(self.recipients_json, flatten=self.with_flatten_recipients))
        envelope.update(iv=b64url(self.iv), ciphertext=b64url(self.ciphertext), tag=b64url(self.tag))
        if self.aad:
            envelope["aad"] = b64url(self.aad)
        return envelope

    def to_json(self) -> str:
        """The envelope as JSON text."""
        return json.dumps(self.serialize())

    def get_recipients(self) -> Iterator[JweRecipient]:
        """The recipients, each with all headers that hold for it."""
        for recipient in self.recipients:
            yield self._in_full(recipient)

    @property
    def recipients_json(self) -> list[dict[str, Any]]:
        """The recipients as JSON has them."""
        return [recipient.serialize() for recipient in self.recipients]

    @property
    def recipient_key_ids(self) -> Iterable[str]:
        """The ids of the recipient keys."""
        return (recipient.header["kid"] for recipient in self.recipients if "kid" in recipient.header)

    def get_recipient(self, kid: str) -> JweRecipient:
        """The recipient with the key of that id, with all headers that hold for it.

        Raises:
            ValueError: There is none.
        """
        for recipient in self.recipients:
            if recipient.header.get("kid") == kid:
                return self._in_full(recipient)
        message = f"Unknown recipient: {describe(kid)}"
        raise ValueError(message)

    @property
    def combined_aad(self) -> bytes:
        """The additional authenticated data."""
        return self.protected_b64 + (b"." + b64url(self.aad).encode() if self.aad else b"")

    @property
    def apu_bytes(self) -> bytes:
        """Return the bytes of `apu`."""
        return self._agreement_info("apu")

    @property
    def apv_bytes(self) -> bytes:
        """Return the bytes of `apv`."""
        return self._agreement_info("apv")

    def _agreement_info(self, name: str) -> bytes:
        if name not in self.protected:
            message = f"Missing {name}"
            raise ValueError(message)
        return from_b64url(self.protected[name])

    def _in_full(self, recipient: JweRecipient) -> JweRecipient:
        header = {**self.protected, **(self.unprotected or {}), **recipient.header}
        return JweRecipient(encrypted_key=recipient.encrypted_key, header=header)


_RECIPIENT_MEMBERS = (IDENT_RECIPIENTS, IDENT_ENC_KEY, IDENT_HEADER)


def _recipients_member(entries: list[dict[str, Any]], *, flatten: bool) -> dict[str, Any]:
    """Return the members of a JSON object for the recipients."""
    if not entries:
        message = "Missing message recipients"
        raise ValueError(message)
    return entries[0] if flatten and len(entries) == 1 else {IDENT_RECIPIENTS: entries}


def _read_recipients(members: Mapping[str, Any]) -> tuple[list[JweRecipient], bool]:
    """The recipients, and whether a single one is written without a list."""
    entries: Any = members.get(IDENT_RECIPIENTS)
    if entries:
        if members.get(IDENT_ENC_KEY):
            refuse("JWE: flattened form with 'recipients'")
        if not isinstance(entries, list):
            refuse("JWE: invalid recipients")
        listed = cast("Sequence[Any]", entries)
        if not all(isinstance(entry, dict) for entry in listed):
            refuse("JWE: invalid recipient")
        return [JweRecipient.deserialize(entry) for entry in listed], False
    if not members.get(IDENT_ENC_KEY):
        refuse("JWE: no recipients")
    return [JweRecipient.deserialize(members)], True
