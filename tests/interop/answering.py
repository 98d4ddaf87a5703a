"""The end of the pipe in a peer of Python: one JSON request a line in, one JSON answer a line out.

It runs in the environment of the peer, and imports nothing but Python's own modules.
"""

# what goes in and out is JSON
# ruff: noqa: ANN001, ANN201

import json
import sys


def serve(answer, described=str):
    """Writes what `answer` returns to each request; `described` has the text of an error of the peer."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a package prints is no answer
    for line in sys.stdin:
        try:
            reply = {"result": answer(json.loads(line))}
        except Exception as error:  # noqa: BLE001, every error of the peer is an answer
            reply = {"error": {"type": type(error).__name__, "text": described(error)}}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
