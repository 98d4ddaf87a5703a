"""What the community's programs say of a wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheels.targets import Target


def commands(wheel: Path, target: Target) -> dict[str, list[str]]:
    """The programs that judge a wheel of this target."""
    tools = Path(sys.executable).parent
    found = {
        "twine": [str(tools / "twine"), "check", "--strict", str(wheel)],
        # its modules are for W004 what a folder of its own is: hooks that PyInstaller looks up
        "check-wheel-contents": [str(tools / "check-wheel-contents"), "--ignore", "W004", str(wheel)],
        "abi3audit": [str(tools / "abi3audit"), "--strict", str(wheel)],
    }
    # it reads the libraries of glibc alone
    if target.platform.startswith("manylinux"):
        found["auditwheel"] = [str(tools / "auditwheel"), "show", str(wheel)]
    return found


def faults(wheel: Path, target: Target) -> list[str]:
    """Return what the programs complain about, with their last lines."""
    found: list[str] = []
    for name, command in commands(wheel, target).items():
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        said = f"{done.stdout}\n{done.stderr}".strip()
        if done.returncode != 0:
            found.append(f"{name}: {' '.join(said.splitlines()[-3:])}")
        if name == "auditwheel" and f'"{target.platform.split(".")[-1]}"' not in " ".join(said.split()):
            found.append(f"auditwheel: not consistent with {target.platform.split('.')[-1]}: {said}")
    return found
