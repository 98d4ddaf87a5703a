"""What Veramo gets wrong, by default and where both sides go by its profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fault import Fault
from peers import VERAMO, VERAMO_PROFILE
from scenario import OURS_TO_PEER, PEER_TO_OURS
from scenarios import OF_VERAMO, WITH_VERAMO

if TYPE_CHECKING:
    from collections.abc import Callable

    from exchange import Mode
    from scenario import Scenario

DEFAULT, PROFILE = (VERAMO.name,), (VERAMO_PROFILE.name,)
BOTH = (OURS_TO_PEER, PEER_TO_OURS)
INTEGERS = ("integers of 64 bits, authcrypt", "integers beyond 64 bits, authcrypt")
TO_THREE = "three recipient keys, one held: authcrypt"


def rows(direction: str, fits: Callable[[Mode], bool], more: tuple[Scenario, ...] = ()) -> tuple[str, ...]:
    """The rows of these modes that Veramo takes part in."""
    return tuple(
        each.name for each in (*WITH_VERAMO, *more) if fits(each.mode) and each.runs(VERAMO, direction)
    )


def authcrypt(mode: Mode) -> bool:
    return mode.encrypt and mode.frm


def anoncrypt(mode: Mode) -> bool:
    return mode.encrypt and not mode.frm


def signed(mode: Mode) -> bool:
    return mode.sign


VERAMO_FAULTS = (
    Fault(
        DEFAULT,
        "authcrypt is read by draft 3 of ECDH-1PU, which leaves the tag of the content out",
        'write it for `PackEncryptedConfig(profile="veramo")`',
        "unable to decrypt DIDComm message",
        rows(OURS_TO_PEER, authcrypt),
        (OURS_TO_PEER,),
    ),
    Fault(
        DEFAULT,
        "authcrypt is written by draft 3 of ECDH-1PU, without `apu` and `apv`",
        'refuse it, and read it with `UnpackConfig(accept_profiles={"veramo"})`',
        "jwe.protected.apu: missing",
        rows(PEER_TO_OURS, authcrypt, OF_VERAMO),
        (PEER_TO_OURS,),
    ),
    Fault(
        DEFAULT,
        "anoncrypt is written without `apv`",
        'refuse it, and read it with `UnpackConfig(accept_profiles={"veramo"})`',
        "jwe.protected.apv: missing",
        rows(PEER_TO_OURS, anoncrypt),
        (PEER_TO_OURS,),
    ),
    Fault(
        DEFAULT,
        "`kid` of a signature is read in the protected header only",
        'write it there for `pack_signed(kid_in="protected")`',
        "invalid_jws",
        rows(OURS_TO_PEER, signed),
        (OURS_TO_PEER,),
    ),
    Fault(
        PROFILE,
        "authcrypt to several keys lets each of them write to the others in the name of the sender",
        "refuse to write it, and to read it",
        "encrypts to one key|must be one key",
        (TO_THREE,),
        BOTH,
    ),
    Fault(
        PROFILE,
        "integers that no double holds change, as everywhere in JavaScript",
        "keep every digit",
        "the plaintext is ",
        INTEGERS,
        BOTH,
    ),
)
