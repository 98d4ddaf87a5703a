"""Holds what stands in for Indicio's package against the original: the same inputs, in two processes.

The names and signatures of the original have to be here, the same has to come of each case, but for the
differences that are declared, and each reads what the other one packed.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from indicio_differences import DIFFERENCES, NEWER, RESULT

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "indicio" / "same_inputs.py"
ORIGINAL = [str(HERE.parents[1] / ".venvs" / "indicio" / "bin" / "python"), str(SCRIPT)]
OURS = [sys.executable, "-m", "pydidcomm.compat", str(SCRIPT)]


async def answer(command: list[str], *arguments: str, given: object = None) -> Any:  # noqa: ANN401, JSON
    """What the script prints."""
    process = await asyncio.create_subprocess_exec(
        *command, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    printed, complaints = await process.communicate(json.dumps(given).encode())
    if process.returncode:
        raise RuntimeError(complaints.decode())
    return json.loads(printed)


def kind(outcome: dict[str, Any]) -> str:
    """The name of the error, or that there is a result."""
    return outcome["error"][0] if "error" in outcome else RESULT


def is_same(original: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Whether it is the same result, or an error that `except` takes for the original's."""
    if "error" in original and "error" in ours:
        return bool(original["error"][0] in ours["error"])
    return original == ours


def of_cases(original: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """What differs and is not declared, or is declared and does not differ."""
    declared = {name: difference for difference in DIFFERENCES for name in difference.names()}
    failures = [f"there is no such case: {name}" for name in declared.keys() - original.keys()]
    for name, outcome in original.items():
        difference, same = declared.get(name), is_same(outcome, ours[name])
        if difference is None and not same:
            failures.append(f"{name}: {kind(outcome)} in the original, {kind(ours[name])} here")
        elif difference is not None and same:
            failures.append(f"{name}: declared as a difference, and there is none")
        elif difference is not None and difference.ours != kind(ours[name]):
            failures.append(f"{name}: {kind(ours[name])} here, declared as {difference.ours}")
    return failures


def of_rows() -> list[str]:
    """Differences of which the page for people does not tell."""
    page = (files("pydidcomm.compat") / "DIFFERENCES.md").read_text(encoding="utf-8")
    told = page.partition("## `didcomm_messaging` of Indicio")[2].partition("\n## ")[0]
    rows = [difference.row for difference in DIFFERENCES]
    return [f"DIFFERENCES.md has no row: {row}" for row in rows if f"| {row} |" not in told]


def of_names(original: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Names of the original that are not here, or are something else."""
    failures: list[str] = []
    for name, told in original.items():
        found: Any = ours.get(name)
        if isinstance(told, list):
            # an argument of ours that is only taken by name breaks no call
            parameters: list[str] = found or []
            found = [each for each in parameters if not each.startswith("KEYWORD_ONLY") or each in told]
        if found != told and name not in NEWER:
            failures.append(f"{name}: {told} in the original, {found} here")
    return failures


def is_installed() -> bool:
    """Whether the original is there."""
    return Path(ORIGINAL[0]).exists()


async def main() -> int:
    """The exit code: 1 where something differs that is not declared."""
    if not is_installed():
        sys.stdout.write("stand-in for didcomm-messaging: skipped, the original is not installed\n")
        return 0
    original, ours = await asyncio.gather(answer(ORIGINAL), answer(OURS))
    read = await asyncio.gather(
        answer(ORIGINAL, "read", given=ours["packed"]),
        answer(OURS, "read", given=original["packed"]),
        answer(OURS, "read", given=ours["packed"]),
    )
    failures = of_cases(original["cases"], ours["cases"])
    failures += of_names(original["surface"], ours["surface"]) + of_rows()
    for name, outcome in read[2].items():
        for who, other in (("the original reads ours", read[0]), ("we read the original's", read[1])):
            if other[name] != outcome or "result" not in outcome:
                failures.append(f"{name}: {who}: {other[name]}, and ours {outcome}")
    sys.stdout.write("stand-in for didcomm-messaging: where it differs from the original, and why\n")
    for difference in DIFFERENCES:
        sys.stdout.write(f"  {'; '.join(difference.cases)}: {difference.reason}\n")
    declared = sum(len(difference.names()) for difference in DIFFERENCES)
    sys.stdout.writelines(f"FAILED {failure}\n" for failure in failures)
    sys.stdout.write(
        f"stand-in for didcomm-messaging: {len(original['surface'])} names, {len(original['cases'])} cases, "
        f"{declared} of them differ as declared, {2 * len(read[2])} messages read across; "
        f"{len(failures)} failures\n"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
