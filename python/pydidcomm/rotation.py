"""Create messages that rotate a DID or end a relationship. DIDComm v2.1, section "DID Rotation"."""

from collections.abc import Mapping

from pydidcomm._checks import check_instance, check_text, check_whole
from pydidcomm._core import FromPrior, Message

__all__ = ["EMPTY", "ending", "rotating"]

EMPTY = "https://didcomm.org/empty/1.0/empty"
"""The type of a message with headers only."""


def rotating(  # noqa: PLR0913, all but the message are named
    message: Message | None, *, to: str, old: str, new: str, now: int, at: int | None
) -> Message:
    """Return the message, or an empty one from `new`, with a `from_prior` that rotates `old` to `new`."""
    _check(message, {"to": to, "old": old, "new": new}, at)
    rotation = FromPrior(iss=old, sub=new, iat=now if at is None else at)
    return _add_claims(message, rotation, to=to, frm=new, now=now)


def ending(message: Message | None, *, to: str, frm: str, now: int, at: int | None) -> Message:
    """Return the message, or an empty one, with a `from_prior` that ends the relationship of `frm`.

    `aud` contains the recipient, since otherwise the recipient could pass the token on to other peers.
    """
    _check(message, {"to": to, "frm": frm}, at)
    ended = FromPrior(iss=frm, aud=to.partition("#")[0], iat=now if at is None else at)
    return _add_claims(message, ended, to=to, frm=None, now=now)


def _check(message: Message | None, dids: Mapping[str, str], at: int | None) -> None:
    """Checks the arguments by their own names, since the token has other names for them."""
    check_instance("message", message, Message)
    for name, did in dids.items():
        check_text(name, did)
    if at is not None:
        check_whole("at", at, least=0)


def _add_claims(
    message: Message | None, rotation: FromPrior, *, to: str, frm: str | None, now: int
) -> Message:
    if message is None:
        recipient = to.partition("#")[0]
        return Message(type=EMPTY, frm=frm, to=[recipient], created_time=now, from_prior=rotation)
    if message.from_prior is not None:
        problem = "`message` must not have `from_prior`: it announces a DID rotation already"
        raise ValueError(problem)
    return message.replace(from_prior=rotation)
