"""Warnings about a message: unusual properties that are not errors."""

from enum import StrEnum
from typing import Self

__all__ = ["MessageWarning", "WarningCode"]


class WarningCode(StrEnum):
    """The code of a warning in `Metadata.warnings`; the values are stable."""

    UNPROVED_FROM = "unproved_from"
    """`from` is present, and neither authcrypt nor a signature proves it."""
    TYPE = "type"
    """`type` is not a Message Type URI."""
    LONG_ID = "long_id"
    """`id` is so long that other implementations may refuse it."""
    NOT_TO_RECIPIENT = "not_to_recipient"
    """`to` does not contain the DID that the message was encrypted to."""
    MISSING_TO = "missing_to"
    """The message is signed, not encrypted, and has no `to`."""
    NOT_TO_US = "not_to_us"
    """`to` of an unencrypted message contains none of `UnpackConfig.own_dids`."""
    EXPIRED = "expired"
    """`expires_time` has passed."""
    UNBOUND_RECIPIENTS = "unbound_recipients"
    """`apv` is missing, so the list of recipients may have been changed."""
    AUTHCRYPT_DRAFT_3 = "authcrypt_draft_3"
    """Authcrypt by draft 3 of ECDH-1PU: another recipient of a message from this sender may have forged it;
    see `UnpackConfig.accept_profiles`."""
    FORM_FAULT = "form_fault"
    """A part was read as absent because its form is invalid; see `Metadata.form_faults`."""
    AUTHCRYPT_SIGNED = "authcrypt_signed"
    """Authcrypt around a signature, which the specification advises against."""
    ANONCRYPT_AUTHCRYPT_SIGNED = "anoncrypt_authcrypt_signed"
    """Anoncrypt around authcrypt around a signature, which the specification forbids to send."""


class MessageWarning(str):
    """An entry of `Metadata.warnings`: a text with a code for programs.

    Example:
        >>> from pydidcomm import WarningCode, sync
        >>> plain = '{"id":"one","type":"https://example.org/a/1.0/b","from":"did:example:alice"}'
        >>> warning, = sync.DIDCommMessaging().unpack(plain).metadata.warnings
        >>> warning.code is WarningCode.UNPROVED_FROM, warning.part
        (True, 'from')
        >>> print(warning)
        `from` is not proved: neither authcrypt nor a signature authenticates the sender
    """

    __slots__ = ("__weakref__", "_code", "_part")

    _code: WarningCode
    _part: str | None

    def __new__(cls, text: str, code: WarningCode | str, part: str | None = None) -> Self:
        """Create a warning with this text, code and part."""
        made = super().__new__(cls, text)
        made._code, made._part = WarningCode(code), part
        return made

    @property
    def code(self) -> WarningCode:
        """The code of the warning."""
        return self._code

    @property
    def part(self) -> str | None:
        """The member of the message or envelope concerned; None for the whole message."""
        return self._part

    def __eq__(self, other: object) -> bool:
        """Return whether the texts are equal and, where both are warnings, their codes and parts."""
        if isinstance(other, MessageWarning) and (self.code, self.part) != (other.code, other.part):
            return False
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        """Return the opposite of `==`, since `str` defines its own."""
        return not self == other

    __hash__ = str.__hash__

    def __reduce__(self) -> tuple[type[Self], tuple[str, WarningCode, str | None]]:
        return type(self), (str(self), self.code, self.part)
