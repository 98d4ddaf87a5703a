"""Build wheels, check them, try them: `python -m wheels [--quick] [TARGET ...]`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from wheels import build, contents, programs, trials
from wheels.targets import TARGETS, Target, target_named


def line(target: Target, wheel: Path, faults: list[str], ran: list[str]) -> str:
    """What was found out about one wheel."""
    size = f"{wheel.stat().st_size / 1e6:.1f} MB"
    said = [*(f"FAULT: {fault}" for fault in faults), *ran]
    return "\n".join([f"{target.triple}: {wheel.name}, {size}", *(f"    {one}" for one in said)])


def main() -> int:
    """Build, check and try the wheels of the targets that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="a platform as Rust names it (default: all)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="hardly optimised, to see that it builds and runs"
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where the wheels go (default: dist)")
    given = parser.parse_args()
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    folder = build.ROOT / "build" / "wheels"
    out = folder / "quick" if given.quick else given.out
    out.mkdir(parents=True, exist_ok=True)
    is_faultless = True
    for target in [target_named(triple) for triple in given.targets] or TARGETS:
        wheel = build.build(target, folder, epoch, is_quick=given.quick)
        faults = contents.check(wheel, target) + programs.faults(wheel, target)
        try:
            ran = trials.trials(wheel, target, folder)
        except trials.TrialError as error:
            faults, ran = [*faults, str(error)], []
        sys.stdout.write(f"{line(target, wheel, faults, ran)}\n")
        sys.stdout.flush()
        is_faultless = is_faultless and not faults
        if not faults:
            shutil.copy2(wheel, out / wheel.name)
    return 0 if is_faultless else 1


if __name__ == "__main__":
    raise SystemExit(main())
