"""Runs the same cases on the originals and on the stand-ins, and compares what comes of them.

python tests/compat/differential.py PYTHON, which is the interpreter of an environment with the originals.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cases
import expected
from cases import BOB, CAROL, LABELS, MEDIATOR, PARTIES, UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cases import Case

HALF = cases.HALF.did
TABLE = (files("pydidcomm.compat") / "DIFFERENCES.md").read_text(encoding="utf-8")
PROGRAM = Path(__file__).with_name("program.py")
Outcome = dict[str, Any]


class Comparison:
    """The outcomes of both sides, case by case.

    Args:
        original: The interpreter of an environment with the originals.
    """

    def __init__(self, original: str) -> None:
        self.commands = ([original], [sys.executable, "-m", "pydidcomm.compat"])
        self.reasons: Counter[str] = Counter()
        self.unexpected: list[str] = []

    def run(self, wanted: Sequence[Case]) -> tuple[list[Outcome], list[Outcome]]:
        """The outcomes of the originals, and of the stand-ins."""
        original, own = (self._outcomes(command, wanted) for command in self.commands)
        for case, theirs, ours in zip(wanted, original, own, strict=True):
            self._compare(case, compared(theirs), compared(ours))
        return original, own

    @staticmethod
    def _outcomes(command: list[str], wanted: Sequence[Case]) -> list[Outcome]:
        done = subprocess.run(  # noqa: S603, our own command
            [*command, str(PROGRAM)], input=json.dumps(wanted), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        outcomes: list[Outcome] = json.loads(done.stdout)
        return outcomes

    def _compare(self, case: Case, theirs: Outcome, ours: Outcome) -> None:
        if theirs == ours:
            self.reasons["same"] += 1
            return
        reason = expected.reason(case, theirs, ours)
        if reason is None or f"| {reason} |" not in TABLE:
            shown = [argument for argument in case[1] if argument != PARTIES]
            self.unexpected.append(f"{case[0]} {json.dumps(shown)[:600]}\n    {theirs}\n    {ours}"[:2400])
        else:
            self.reasons[reason] += 1


def compared(outcome: Outcome) -> Outcome:
    """An outcome without the text of an envelope, which is another in every run."""
    match outcome:
        case {"result": {"packed": _, **others}}:
            return {"result": others}
        case _:
            return outcome


def packed(outcomes: Sequence[Outcome]) -> list[str]:
    """The envelopes that came of packing."""
    results: list[Any] = [outcome.get("result") for outcome in outcomes]
    return [result["packed"] for result in results if isinstance(result, dict) and "packed" in result]


def wrappings(envelopes: Sequence[Any]) -> Iterator[Case]:
    """Envelopes to be wrapped for mediators by hand."""
    for envelope in envelopes:
        if isinstance(envelope, str) and "ciphertext" in envelope:
            yield "wrap", [PARTIES, BOB.did, envelope, BOB.did, [MEDIATOR.did], {}]
            twice = [MEDIATOR.key.kid, CAROL.did]
            yield "wrap", [PARTIES, BOB.did, envelope, BOB.did, twice, {"expires_time": 1}]
            yield "wrap", [PARTIES, BOB.did, envelope, BOB.did, [], {}]


def main(original: str) -> int:
    """Compares all, tells what differs on purpose, and fails where anything else does."""
    comparison = Comparison(original)
    comparison.run([*cases.messages(), *cases.parts(), *cases.peer_dids()])
    envelopes = [*cases.envelopes()]
    for outcomes in comparison.run([*cases.packings(), *cases.options(), *cases.others()]):
        envelopes += packed(outcomes)
    wrong = [*((UNNAMED, case) for case in cases.unnamed()), *cases.mispacked()]
    theirs, _ = comparison.run([case for _, case in wrong])
    for (row, _), outcome in zip(wrong, theirs, strict=True):
        (envelope,) = packed([outcome])
        LABELS[json.dumps(envelope, sort_keys=True)] = row
        envelopes.append(envelope)
    opened: list[Case] = [
        ("forward", [PARTIES, MEDIATOR.did, envelope, every])
        for envelope in envelopes
        for every in (False, True)
    ]
    for outcomes in comparison.run(opened):
        envelopes += packed(outcomes)
    comparison.run([*wrappings(envelopes)][:60])
    comparison.run(
        [
            ("unpack", [PARTIES, holder, envelope, options])
            for envelope in envelopes
            for holder in (BOB.did, CAROL.did, HALF)
            for options in ({}, {"expect_decrypt_by_all_keys": True}, {"unwrap_re_wrapping_forward": False})
        ]
    )
    for reason, count in sorted(comparison.reasons.items(), key=lambda entry: -entry[1]):
        sys.stdout.write(f"{count:6} {reason}\n")
    for line in comparison.unexpected[:40]:
        sys.stdout.write(f"DIFFERS {line}\n")
    sys.stdout.write(f"{len(comparison.unexpected)} unexpected differences\n")
    return 1 if comparison.unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
