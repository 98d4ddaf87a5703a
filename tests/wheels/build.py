"""Build the wheel of a platform with maturin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wheels.reproducible import normalise

if TYPE_CHECKING:
    from wheels.targets import Target

ROOT = Path(__file__).parents[2]
QUICK = {
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
}
"""A build in a minute, which shows that the platform compiles; it is not for users."""


def run(command: list[str], **variables: str) -> None:
    """Run a program that must succeed.

    Raises:
        SystemExit: It failed; its own output says why.
    """
    done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=False)  # noqa: S603
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}")


def install_standard_library(target: Target) -> None:
    """Install Rust's standard library for the target, where rustup looks after the compiler."""
    if shutil.which("rustup"):
        run(["rustup", "--quiet", "target", "add", target.triple])


def without_paths(epoch: int) -> dict[str, str]:
    """The variables that keep the builder's folders out of what Rust and C compile."""
    cargo = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    mapped = {cargo: "/cargo", str(ROOT): "/pydidcomm"}
    return {
        "SOURCE_DATE_EPOCH": str(epoch),
        "RUSTFLAGS": " ".join(f"--remap-path-prefix={old}={new}" for old, new in mapped.items()),
        "CFLAGS": " ".join(f"-ffile-prefix-map={old}={new}" for old, new in mapped.items()),
    }


def build(target: Target, folder: Path, epoch: int, *, is_quick: bool) -> Path:
    """Build the wheel of a target into a folder of its own, and return its path.

    Raises:
        SystemExit: A tool failed, or there is not one wheel.
    """
    install_standard_library(target)
    out = folder / target.triple
    shutil.rmtree(out, ignore_errors=True)
    tools = Path(sys.executable).parent
    variables = without_paths(epoch) | (QUICK if is_quick else {})
    variables["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    # dependencies of a quick build and of a full one are compiled differently
    variables["CARGO_TARGET_DIR"] = str(ROOT / "target" / ("wheels-quick" if is_quick else "wheels"))
    command = [str(tools / "maturin"), "build", "--quiet", "--release", "--target", target.triple]
    run([*command, *target.arguments, "--out", str(out)], **variables)
    wheels = list(out.glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"{target.triple}: one wheel was expected in {out}, there are {len(wheels)}")
    normalise(wheels[0], epoch)
    return wheels[0]
