"""The end of the pipe in a peer of Python: one JSON request a line in, one JSON answer a line out.

It runs in the environment of the peer, and imports nothing but Python's own modules.
"""

import json
import sys
from collections.abc import Callable
from typing import Any


def serve(answer: Callable[[Any], Any], described: Callable[[Exception], str] = str) -> None:
    """Writes what `answer` returns to each request; `described` has the text of an error of the peer."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a package prints is no answer
    for line in sys.stdin:
        try:
            reply = {"result": answer(json.loads(line))}
        except Exception as error:  # noqa: BLE001, every error of the peer is an answer
            reply = {"error": {"type": type(error).__name__, "text": described(error)}}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
