"""A wallet in Python behind a pipe: one JSON request a line in, one JSON answer a line out.

It runs in the environment of the peer, with the file of the wallet as its argument.
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
from typing import Any


async def main() -> None:
    logging.disable(logging.CRITICAL)
    wallet = runpy.run_path(sys.argv[1])["Wallet"]()
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        try:
            reply: dict[str, Any] = {"result": await getattr(wallet, request["command"])(request)}
        except Exception as error:  # noqa: BLE001, the table has what went wrong
            reply = {"error": {"type": type(error).__name__, "text": str(error)}}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
