"""What is measured, and what issue 5 promises of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["pack", "unpack", "sign", "verify", "wrap", "create", "resolve"]

SMALL, MIDDLE, LARGE = 194, 64 * 1024, 10 * 1024 * 1024
"""Octets in the text of a body."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One row of the table.

    Attributes:
        name: What it is called.
        kind: What is done.
        curve: The curve of the keys for agreement, or of the key that signs.
        authcrypt: Whether the sender is authenticated; anoncrypt otherwise.
        enc: The content encryption of anoncrypt.
        protect: Whether anoncrypt around authcrypt hides the sender.
        recipients: How many keys the recipient has.
        size: How long the text of the body is.
        established: Whether both parties have met before, so that what depends on their keys alone is known.
        most: The largest multiple of the limit that was promised from Python.
        least: The smallest factor to each peer that was promised.
    """

    name: str
    kind: Kind
    curve: str = "X25519"
    authcrypt: bool = False
    enc: str = "XC20P"
    protect: bool = False
    recipients: int = 1
    size: int = SMALL
    established: bool = False
    most: float | None = None
    least: dict[str, float] = field(default_factory=dict[str, float])


def against(
    sicpa: float | None = None, indicio: float | None = None, rust: float | None = None
) -> dict[str, float]:
    """The factors promised to SICPA's library in Python, Indicio's on askar, and the faster crate."""
    factors = {"sicpa": sicpa, "indicio": indicio, "rust": rust}
    return {peer: factor for peer, factor in factors.items() if factor is not None}


def _authcrypt() -> list[Operation]:
    first: dict[tuple[str, str], tuple[float | None, dict[str, float]]] = {
        ("X25519", "pack"): (1.20, against(4.5, 5.5, 1.6)),
        ("X25519", "unpack"): (1.25, against(4.3, 4.7, 1.6)),
        ("P-256", "pack"): (1.15, against(3.7, 5.7, 3.4)),
        ("P-384", "pack"): (1.15, against(3.0)),
        ("P-521", "pack"): (1.15, against(2.1)),
    }
    later: dict[str, tuple[float | None, dict[str, float]]] = {"X25519": (0.80, against(7, 8, 2.4))}
    rows: list[Operation] = []
    for curve in ("X25519", "P-256", "P-384", "P-521"):
        for kind in ("pack", "unpack"):
            for established in (False, True):
                promised = later.get(curve) if established else first.get((curve, kind))
                most, least = promised or (None, {})
                relation = "established" if established else "first contact"
                rows.append(
                    Operation(
                        name=f"authcrypt {curve} {kind}, {relation}",
                        kind=kind,
                        curve=curve,
                        authcrypt=True,
                        established=established,
                        most=most,
                        least=least,
                    )
                )
    return rows


def _anoncrypt() -> list[Operation]:
    return [
        Operation(
            name=f"anoncrypt {enc} X25519 {kind}",
            kind=kind,
            enc=enc,
            most=1.30 if enc == "XC20P" else None,
            least=against(5.5, 4.5, 1.6) if enc == "XC20P" else {},
        )
        for enc in ("XC20P", "A256GCM")
        for kind in ("pack", "unpack")
    ]


def _signed() -> list[Operation]:
    promised: dict[tuple[str, str], tuple[float, dict[str, float]]] = {
        ("Ed25519", "sign"): (1.6, against(sicpa=6, rust=1.5)),
        ("Ed25519", "verify"): (1.3, against(sicpa=3.2, rust=0.95)),
    }
    rows: list[Operation] = []
    for curve, algorithm in (("Ed25519", "Ed25519"), ("P-256", "ES256"), ("secp256k1", "ES256K")):
        for kind in ("sign", "verify"):
            most, least = promised.get((algorithm, kind)) or (None, {})
            rows.append(Operation(name=f"{kind} {algorithm}", kind=kind, curve=curve, most=most, least=least))
    return rows


def _several() -> list[Operation]:
    return [
        Operation(name="anoncrypt to 10 keys, pack", kind="pack", recipients=10),
        TO_MANY,
        Operation(name="protect sender, pack", kind="pack", authcrypt=True, protect=True),
        Operation(name="protect sender, unpack", kind="unpack", authcrypt=True, protect=True),
    ]


def _sizes() -> list[Operation]:
    promised: dict[tuple[str, str, str], tuple[float, dict[str, float]]] = {
        ("10 MiB", "authcrypt", "pack"): (1.35, against(3, 8, 1.8)),
        ("10 MiB", "anoncrypt", "unpack"): (1.25, {}),
    }
    rows: list[Operation] = []
    for label, size in (("64 KiB", MIDDLE), ("10 MiB", LARGE)):
        for mode in ("authcrypt", "anoncrypt"):
            for kind in ("pack", "unpack"):
                most, least = promised.get((label, mode, kind)) or (None, {})
                rows.append(
                    Operation(
                        name=f"{mode} {label} {kind}",
                        kind=kind,
                        authcrypt=mode == "authcrypt",
                        size=size,
                        most=most,
                        least=least,
                    )
                )
    return rows


TO_MANY = Operation(
    name="anoncrypt to 100 keys, pack", kind="pack", recipients=100, most=1.10, least=against(3, 9, 1.9)
)

OPERATIONS = [
    *_authcrypt(),
    *_anoncrypt(),
    *_signed(),
    *_several(),
    *_sizes(),
    Operation(name="forward, wrap", kind="wrap"),
    Operation(name="did:peer:2, create", kind="create"),
    Operation(name="did:peer:2, resolve", kind="resolve"),
]
"""The rows of the table."""

BY_SIZE = [
    Operation(
        name=f"{mode} {size // 1024} KiB {kind}, by size", kind=kind, authcrypt=mode == "authcrypt", size=size
    )
    for mode in ("authcrypt", "anoncrypt")
    for kind in ("pack", "unpack")
    for size in (1024, 8 * 1024, MIDDLE, 512 * 1024, 2 * 1024 * 1024, LARGE)
]
"""What the plot of cost against payload size shows."""

BY_RECIPIENTS = [
    Operation(
        name=f"{mode} to {count} keys, by recipients",
        kind="pack",
        authcrypt=mode == "authcrypt",
        recipients=count,
    )
    for mode in ("authcrypt", "anoncrypt")
    for count in (1, 3, 10, 30, 100)
]
"""What the plot of cost against recipients shows."""

Description: TypeAlias = "dict[str, Any]"
"""An operation as every program receives it; see `material`."""
