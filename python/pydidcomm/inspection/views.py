"""Inspect an envelope: its unverified headers, without any key.

A view proves nothing: it repeats the unverified text of the envelope. Unpack the message to verify it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from pydidcomm import _core
from pydidcomm._checks import text_of
from pydidcomm._core import Message, Packed, PackedPlaintext, PackedSigned
from pydidcomm._shown import sanitize

__all__ = [
    "EncryptedView",
    "EnvelopeView",
    "Fault",
    "PlaintextView",
    "SignatureView",
    "SignedView",
    "inspect",
]

_MOST_NAMED = 3
"""The most keys and faults in the text of a view; its attributes have all."""


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class Fault:
    """A reason for which `unpack` would refuse an envelope.

    Attributes:
        part: The part of the envelope, for instance "jwe.protected.apv".
        kind: The exception of `unpack`: "malformed" for `MalformedMessageError`, "unsupported" for
            `UnsupportedError`, "untrusted" for `UntrustedMessageError`.
        reason: What is wrong with the part.
    """

    part: str
    kind: Literal["malformed", "unsupported", "untrusted"]
    reason: str

    def __str__(self) -> str:
        return f"{self.part}: {sanitize(self.reason)}"


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class EncryptedView:
    """The unencrypted headers of an encrypted layer: claimed, not proved.

    DIDComm v2.1, section "DIDComm Encrypted Messages".

    Attributes:
        serialisation: The JWE serialization; DIDComm requires the general one.
        version: The version of DIDComm: 1 where `typ` is that of DIDComm v1, else 2. `unpack` reads 2 only.
        mode: The mode that `alg` stands for; None for an unknown `alg`.
        typ: The media type.
        alg: The key agreement algorithm.
        enc: The content encryption.
        claimed_skid: The kid of the sender.
        claimed_apu: The kid of the sender in `apu`, decoded.
        apv: The base64url text of `apv`, which binds the list of recipients.
        apv_binds_kids: Whether `apv` is the hash of the listed kids; None without `apv`.
        epk_curve: The curve of the ephemeral key.
        claimed_recipient_kids: The kids of the recipients, at most 1000.
        recipient_count: The number of all recipients.
        octets: The length of the layer in bytes.
        content_octets: The length of the decoded ciphertext in bytes.
        parts: The length of each member in the text, in bytes.
    """

    layer: ClassVar[Literal["encrypted"]] = "encrypted"

    serialisation: Literal["general", "flattened", "compact"]
    version: int
    mode: Literal["authcrypt", "anoncrypt"] | None
    typ: str | None
    alg: str | None
    enc: str | None
    claimed_skid: str | None
    claimed_apu: str | None
    apv: str | None
    apv_binds_kids: bool | None
    epk_curve: str | None
    claimed_recipient_kids: tuple[str, ...]
    recipient_count: int
    octets: int
    content_octets: int
    parts: Mapping[str, int]

    @property
    def overhead(self) -> int:
        """The length of the envelope without the ciphertext, in bytes."""
        return self.octets - self.content_octets

    def __str__(self) -> str:
        sender = f" from {sanitize(self.claimed_skid)}" if self.claimed_skid else ""
        kids = _list_names(self.claimed_recipient_kids, self.recipient_count)
        version = " of DIDComm v1" if self.version == 1 else ""
        return f"{self.mode or 'encrypted'}{version} ({_names(self.alg, self.enc)}){sender} to {kids}"


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class SignatureView:
    """The headers of an unverified signature.

    Attributes:
        typ: The media type.
        alg: The signature algorithm.
        claimed_kid: The kid of the signer.
    """

    typ: str | None
    alg: str | None
    claimed_kid: str | None


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class SignedView:
    """The headers of a signed layer, whose signatures are not verified.

    DIDComm v2.1, section "DIDComm Signed Messages".

    Attributes:
        serialisation: The JWS serialization; DIDComm has the general and the flattened one.
        signatures: The signatures, at most 1000.
        signature_count: The number of all signatures.
        octets: The length of the layer in bytes.
        content_octets: The length of the decoded payload in bytes.
        parts: The length of each member in the text, in bytes.
    """

    layer: ClassVar[Literal["signed"]] = "signed"

    serialisation: Literal["general", "flattened", "compact"]
    signatures: tuple[SignatureView, ...]
    signature_count: int
    octets: int
    content_octets: int
    parts: Mapping[str, int]

    @property
    def overhead(self) -> int:
        """The length of the envelope without the payload, in bytes."""
        return self.octets - self.content_octets

    @property
    def claimed_signer_kids(self) -> tuple[str, ...]:
        """The kids of the signers, where the signatures have them."""
        return tuple(each.claimed_kid for each in self.signatures if each.claimed_kid is not None)

    def __str__(self) -> str:
        algorithms = _names(*dict.fromkeys(each.alg for each in self.signatures))
        return f"signed ({algorithms}) by {_list_names(self.claimed_signer_kids, self.signature_count)}"


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class PlaintextView:
    """The headers of an unencrypted message, which every relay can change; never its body.

    DIDComm v2.1, section "Message Headers".

    Attributes:
        typ: The media type.
        id: The id of the message.
        type: The message type URI.
        claimed_from: `from`: the DID of the sender.
        claimed_to: `to`: the DIDs of the recipients, at most 1000.
        thid: The id of the thread.
        pthid: The id of the parent thread.
        created_time: The time of creation in seconds since the epoch.
        expires_time: The time of expiry in seconds since the epoch.
        has_from_prior: Whether the message announces a DID rotation.
        attachments: The number of attachments.
        octets: The length of the message in bytes.
        content_octets: The length of the body in bytes.
        parts: The length of members that the view does not repeat, for instance the body, in bytes.
    """

    layer: ClassVar[Literal["plaintext"]] = "plaintext"

    typ: str | None
    id: str | None
    type: str | None
    claimed_from: str | None
    claimed_to: tuple[str, ...] | None
    thid: str | None
    pthid: str | None
    created_time: int | None
    expires_time: int | None
    has_from_prior: bool
    attachments: int
    octets: int
    content_octets: int
    parts: Mapping[str, int]

    @property
    def overhead(self) -> int:
        """The length of the message without its body, in bytes."""
        return self.octets - self.content_octets

    def __str__(self) -> str:
        sender = f" from {sanitize(self.claimed_from)}" if self.claimed_from else ""
        to = f" to {_list_names(self.claimed_to, len(self.claimed_to))}" if self.claimed_to else ""
        return f"plaintext {sanitize(self.type or '')}{sender}{to}"


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class EnvelopeView:
    """The unverified headers of an envelope, layer by layer: claimed, not proved.

    A notebook displays it as a picture; `print` writes one line for each layer.

    Attributes:
        octets: The length of the envelope in bytes.
        layers: The layers that are readable without a key, from the outside in.
        faults: The reasons for which `unpack` would refuse the envelope with any keys; in each layer, the
            first is the one that it would report. An envelope without faults can still be a forgery.
    """

    octets: int
    layers: tuple[EncryptedView | SignedView | PlaintextView, ...]
    faults: tuple[Fault, ...]

    @property
    def outermost(self) -> EncryptedView | SignedView | PlaintextView:
        """The outermost layer."""
        return self.layers[0]

    def as_dict(self) -> dict[str, Any]:
        """Return the view as a JSON object; `layer` of each layer is its kind."""
        view = asdict(self)
        layers = [
            {"layer": layer.layer, "overhead": layer.overhead, **members}
            for layer, members in zip(self.layers, view["layers"], strict=True)
        ]
        plain: dict[str, Any] = _lists({**view, "layers": layers})
        return plain

    def svg(self, message: Message | None = None) -> str:
        """Return a picture of the envelope as SVG: its layers, their claims, and their sizes to scale.

        Args:
            message: The message in the envelope; it is drawn inside, including its body. None if unknown.
        """
        from pydidcomm.inspection._drawing import envelope_picture  # noqa: PLC0415, most programs draw nothing

        return envelope_picture(self, message)

    def _repr_svg_(self) -> str:
        return self.svg()

    def __str__(self) -> str:
        lines = [f"an envelope of {self.octets:,} bytes, which claims to be (nothing of it is proved):"]
        lines += [f"{'  ' * depth}{layer}" for depth, layer in enumerate(self.layers, 1)]
        lines += [f"  fault in {fault}" for fault in self.faults[:_MOST_NAMED]]
        if len(self.faults) > _MOST_NAMED:
            lines.append(f"  and {len(self.faults) - _MOST_NAMED} more")
        return "\n".join(lines)

    def __repr__(self) -> str:
        claimed = " > ".join(map(str, self.layers))
        faults = f", {len(self.faults)} faults" if self.faults else ""
        return f"EnvelopeView({self.octets} bytes, claimed: {claimed}{faults})"


def inspect(
    packed: str | bytes | Mapping[str, Any] | Packed | PackedSigned | PackedPlaintext,
) -> EnvelopeView:
    """Show the unverified headers of an envelope, without any key.

    The content of an encrypted layer is not readable without a key, that of a signed layer is. No signature
    is verified and no DID is resolved, so nothing is proved. An envelope that `unpack` would refuse is shown
    with its faults. A view never contains a body.

    Args:
        packed: The envelope: its text, its JSON object, or the result of packing.

    Raises:
        TypeError: `packed` has another type.
        MalformedMessageError: The envelope is not a JSON object, or is longer than 64 MiB.

    Example:
        >>> from pydidcomm import inspect
        >>> view = inspect({
        ...     "id": "1",
        ...     "type": "https://example.org/greeting/1.0/hello",
        ...     "from": "did:example:alice",
        ...     "body": {"msg": "Hi"},
        ... })
        >>> view.outermost.layer, view.outermost.claimed_from, view.faults
        ('plaintext', 'did:example:alice', ())
        >>> print(view)
        an envelope of 105 bytes, which claims to be (nothing of it is proved):
          plaintext https://example.org/greeting/1.0/hello from did:example:alice
        >>> inspect({"type": "hello"}).faults
        (Fault(part='message.id', kind='malformed', reason='missing'),)
    """
    found = _core.inspect(text_of("packed", packed))
    return EnvelopeView(
        octets=found["octets"],
        layers=tuple(_layer(layer) for layer in found["layers"]),
        faults=tuple(Fault(**fault) for fault in found["faults"]),
    )


def _layer(layer: dict[str, Any]) -> EncryptedView | SignedView | PlaintextView:
    members: dict[str, Any] = {
        name: tuple(value) if value.__class__ is list else value for name, value in layer.items()
    }
    kind = members.pop("layer")
    if kind == "encrypted":
        return EncryptedView(**members)
    if kind == "signed":
        members["signatures"] = tuple(SignatureView(**each) for each in members["signatures"])
        return SignedView(**members)
    return PlaintextView(**members)


def _lists(value: Any) -> Any:  # noqa: ANN401, JSON
    """Return the JSON with lists instead of tuples."""
    kind = value.__class__
    if kind is dict:
        return {name: _lists(member) for name, member in value.items()}
    return [_lists(entry) for entry in value] if kind in {list, tuple} else value


def _names(*algorithms: str | None) -> str:
    return " ".join(sanitize(name) for name in algorithms if name is not None) or "no algorithm"


def _list_names(names: tuple[str, ...], count: int) -> str:
    """Return the first names, and the number of the others."""
    first = names[:_MOST_NAMED]
    listed = ", ".join(map(sanitize, first)) or "no key"
    more = max(count, len(names)) - len(first)
    return f"{listed} and {more} more" if more else listed
