"""Diagnose a message that does not unpack: missing keys, unresolved DIDs, the failed check."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from pydidcomm import inspection
from pydidcomm._checks import text_of
from pydidcomm._core import (
    DIDDocument,
    Packed,
    PackedSigned,
    PublicKey,
    Secret,
    document_of,
    same_party,
)
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive, find_secret
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm._shown import sanitize
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import DIDCommError

__all__ = ["Check", "Diagnosis", "diagnose"]

_MOST_KEYS = 20
"""The most keys of an envelope that are looked up: a peer chooses how many there are."""


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class Check:
    """One requirement of unpacking, and whether it is met.

    Attributes:
        subject: What was checked, for instance "recipient key" or "unpack".
        name: The kid or the part of the envelope that was checked; empty for the whole message.
        passed: Whether the requirement is met.
        detail: What was found.
    """

    subject: str
    name: str
    passed: bool
    detail: str

    def __str__(self) -> str:
        name = f" {sanitize(self.name)}" if self.name else ""
        return f"{'ok  ' if self.passed else 'FAIL'} {self.subject}{name}: {sanitize(self.detail, 300)}"


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class Diagnosis:
    """The checks of one message, in the order in which unpacking needs them.

    It prints as one line for each check, and shows as a table in a notebook. It never contains a body or a
    secret. Do not send it to the peer: it lists which private keys were found.

    Attributes:
        checks: All checks.
        view: The unverified headers of the envelope; None where the text is not an envelope.
        error: The exception of `unpack`; None where it succeeded.
    """

    checks: tuple[Check, ...]
    # not loaded until the annotation is evaluated
    view: "inspection.EnvelopeView | None"
    error: Exception | None

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    def __eq__(self, other: object) -> bool:
        """Return whether all attributes are equal; exceptions are compared by type and arguments."""
        if not isinstance(other, Diagnosis):
            return NotImplemented
        return self._comparison_key() == other._comparison_key()

    def __hash__(self) -> int:
        return hash(self.checks)

    def _comparison_key(self) -> tuple[object, ...]:
        # exceptions compare by identity
        error = None if self.error is None else (type(self.error), repr(self.error.args))
        return self.checks, self.view, error

    def __str__(self) -> str:
        return "\n".join(map(str, self.checks))

    def _repr_html_(self) -> str:
        from pydidcomm.inspection._html import table  # noqa: PLC0415, for notebooks alone

        rows = [
            ("ok" if check.passed else "FAIL", check.subject, check.name, check.detail)
            for check in self.checks
        ]
        return table("Diagnosis", rows)


_Asked: TypeAlias = tuple[str, Any]
_Text: TypeAlias = str | bytes | Mapping[str, Any]


async def diagnose(
    resolvers_config: ResolversConfig,
    packed_msg: _Text | Packed | PackedSigned,
    config: UnpackConfig | None = None,
) -> Diagnosis:
    """Report what `unpack` needs for a message, and what is missing.

    The replay window is not used, so the message can still be unpacked afterwards.

    Args:
        resolvers_config: Finds the secrets and resolves the DIDs.
        packed_msg: The message: its text, its JSON object, or the result of packing.
        config: The options for `unpack`.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message
        >>> async def main():
        ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello")
        ...     packed = await alice.pack(hello, to=await bob.create_peer_did())
        ...     diagnosis = await alice.diagnose(packed)
        ...     return [check.detail for check in diagnosis.failed if check.subject == "recipient key"]
        >>> asyncio.run(main())
        ['resolves, listed under keyAgreement on X25519, private key not held']
    """
    operations.unpack_options(config)
    steps = _steps(_text(packed_msg))
    resolvers = replace(resolvers_config, replay_window=None)
    answer: Any = None
    try:
        while True:
            kind, value = steps.send(answer)
            try:
                if kind == "resolve":
                    answer = resolvers.did_resolver.resolve(value)
                elif kind == "secret":
                    answer = find_secret(value, resolvers)
                else:
                    answer = drive(operations.unpack(resolvers, value, config), resolvers)
                answer = await answer if is_awaitable(answer) else answer
            except Exception as failure:  # noqa: BLE001, each failure is a finding
                answer = failure
    except StopIteration as ended:
        diagnosis: Diagnosis = ended.value
        return diagnosis


def _text(packed_msg: _Text | Packed | PackedSigned) -> _Text:
    text: _Text = text_of("packed_msg", packed_msg)
    return text


def _steps(text: _Text) -> Generator[_Asked, Any, Diagnosis]:
    """Return the diagnosis; yield each lookup, and receive its answer or its exception."""
    checks: list[Check] = []
    view: inspection.EnvelopeView | None = None
    try:
        view = inspection.inspect(text)
    except DIDCommError as refusal:
        checks.append(Check(subject="envelope", name="", passed=False, detail=str(refusal)))
    if view is not None:
        faults = [Check(subject="envelope", name=f.part, passed=False, detail=f.reason) for f in view.faults]
        kind = view.outermost.layer
        checks += faults or [Check(subject="envelope", name="", passed=True, detail=f"{kind}, well formed")]
        for layer in view.layers:
            if isinstance(layer, inspection.EncryptedView):
                for kid in layer.claimed_recipient_kids[:_MOST_KEYS]:
                    checks.append((yield from _recipient(kid, layer.epk_curve)))
                if layer.claimed_skid is not None:
                    checks.append(
                        (yield from _check_public_key("sender key", layer.claimed_skid, "keyAgreement"))
                    )
            elif isinstance(layer, inspection.SignedView):
                for kid in layer.claimed_signer_kids[:_MOST_KEYS]:
                    checks.append((yield from _check_public_key("signer key", kid, "authentication")))
    result = yield "unpack", text
    error = result if isinstance(result, Exception) else None
    checks.append(Check(subject="unpack", name="", passed=error is None, detail=_outcome(result)))
    return Diagnosis(checks=tuple(checks), view=view, error=error)


def _recipient(kid: str, epk_curve: str | None) -> Generator[_Asked, Any, Check]:
    found = yield from _check_public_key("recipient key", kid, "keyAgreement")
    secret = yield "secret", kid
    if isinstance(secret, Exception):
        held = f"looking for the private key raised {_describe_error(secret)}"
    elif secret is None:
        held = "private key not held"
    elif isinstance(secret, Secret) and epk_curve is not None and secret.curve != epk_curve:
        held = f"private key held on {secret.curve}, but the message uses {epk_curve}"
    else:
        held = "private key held"
    passed = held == "private key held"
    return replace(found, passed=passed, detail=f"{found.detail}, {held}")


def _check_public_key(subject: str, kid: str, relationship: str) -> Generator[_Asked, Any, Check]:
    did, _, fragment = kid.partition("#")
    document = yield "resolve", did
    passed = False
    if isinstance(document, Exception):
        detail = f"resolving raised {_describe_error(document)}"
    else:
        try:
            document = document_of(did, document, None)
        except (DIDCommError, TypeError, ValueError) as invalid:
            detail = f"does not resolve: {_describe_error(invalid)}"
        else:
            agreement = relationship == "keyAgreement"
            listed = document.key_agreement if agreement else document.authentication
            passed = any(
                other.partition("#")[2] == fragment and same_party(other.partition("#")[0], did)
                for other in listed
            )
            curve = _curve(document, fragment)
            where = f"listed under {relationship}" if passed else f"not listed under {relationship}"
            detail = f"resolves, {where}{f' on {curve}' if curve else ''}"
    return Check(subject=subject, name=kid, passed=passed, detail=detail)


def _curve(document: DIDDocument, fragment: str) -> str | None:
    """Return the curve of the key with that fragment; None where it cannot be read."""
    members = document.as_dict()
    for name in ("verificationMethod", "keyAgreement", "authentication"):
        for entry in _objects(members.get(name)):
            if str(entry.get("id")).partition("#")[2] == fragment:
                key = entry.get("publicKeyJwk") or entry.get("publicKeyMultibase")
                try:
                    return PublicKey(key).curve if key else None
                except (DIDCommError, TypeError, ValueError):
                    return None
    return None


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a JSON array; nothing for any other value."""
    if isinstance(value, list):
        for entry in cast("list[object]", value):
            if isinstance(entry, dict):
                yield cast("dict[str, Any]", entry)


def _outcome(result: Any) -> str:  # noqa: ANN401, a result of either version or an exception
    if isinstance(result, Exception):
        code = getattr(result, "code", None)
        return f"{_describe_error(result)}{f' [{code}]' if code else ''}"
    sender = result.metadata.sender
    return f"succeeds, sender {sanitize(sender) if sender else 'not proved'}"


def _describe_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
