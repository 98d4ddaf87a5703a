"""The platforms that a wheel is built for."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A platform: its name for Rust, the end of its wheel's name, and how the wheel is built."""

    triple: str
    platform: str
    """The platform tag of the wheel."""
    arguments: tuple[str, ...]
    """What `maturin build` is given besides the target."""
    library: str
    """The compiled module in the wheel."""
    not_run: str = ""
    """Why no machine of ours runs it; empty if one does."""


ZIG = ("--zig", "--compatibility")
NO_MUSL = "built, not run: Debian has no CPython for musl"

TARGETS = (
    Target(
        "x86_64-unknown-linux-gnu",
        "manylinux2014_x86_64.manylinux_2_17_x86_64",
        (*ZIG, "manylinux2014"),
        "_core.abi3.so",
    ),
    Target(
        "aarch64-unknown-linux-gnu",
        "manylinux2014_aarch64.manylinux_2_17_aarch64",
        (*ZIG, "manylinux2014"),
        "_core.abi3.so",
    ),
    Target(
        "x86_64-unknown-linux-musl", "musllinux_1_2_x86_64", (*ZIG, "musllinux_1_2"), "_core.abi3.so", NO_MUSL
    ),
    Target(
        "aarch64-unknown-linux-musl",
        "musllinux_1_2_aarch64",
        (*ZIG, "musllinux_1_2"),
        "_core.abi3.so",
        NO_MUSL,
    ),
    Target("x86_64-pc-windows-gnu", "win_amd64", (), "_core.pyd", "built, not run: no Windows here"),
    Target(
        "aarch64-apple-darwin",
        "macosx_11_0_arm64",
        ("--zig",),
        "_core.abi3.so",
        "built, not run: no macOS here",
    ),
)


def target_named(triple: str) -> Target:
    """The target with this name for Rust.

    Raises:
        SystemExit: There is none.
    """
    for target in TARGETS:
        if target.triple == triple:
            return target
    known = ", ".join(target.triple for target in TARGETS)
    sys.exit(f"{triple!r} is not among the platforms of the wheels: {known}")
