"""Each check run once and judged against what is known of its peer."""

from __future__ import annotations

import faulthandler
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from known_faults import FAULTS

if TYPE_CHECKING:
    from rows import Cell, Check

# A check is some packings and requests; the peer's own limit comes first, this one is for our side.
CHECK_TIMEOUT_SECONDS = 90


@dataclass(frozen=True)
class Verdict:
    """How a check ended: `word` for the table, `failure` where it is not as it has to be."""

    word: str
    failure: str | None = None


async def judge(cell: Cell, check: Check) -> Verdict:
    """Runs the check; what hangs for good takes the whole run down, with its stack."""
    number = next((n for n, fault in enumerate(FAULTS, 1) if cell in fault.cells()), None)
    text: str | None = None
    faulthandler.dump_traceback_later(CHECK_TIMEOUT_SECONDS, exit=True)
    try:
        await check()
    except Exception as error:  # noqa: BLE001, every error is a verdict
        text = f"{type(error).__name__}: {error}"
    finally:
        faulthandler.cancel_dump_traceback_later()
    if number is None:
        return Verdict("ok") if text is None else Verdict("FAILED", text)
    if text is None:
        return Verdict("FAILED", f"passes, though it is declared as fault {number}")
    if re.search(FAULTS[number - 1].error, text) is None:
        return Verdict("FAILED", f"is declared as fault {number}, but fails otherwise: {text}")
    return Verdict(f"f{number}")
