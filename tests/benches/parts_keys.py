"""What the place of a key costs: packing and unpacking with keys in memory, in Askar and in SoftHSM."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydidcomm import Message, PackEncryptedConfig, sync
from pydidcomm.secrets.askar import AskarSecrets

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 200
HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "x" * 200})


def each(work: Callable[[], object], times: int = TIMES) -> float:
    """The microseconds of one call."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times * 1e6


def keys(rounds: int) -> dict[str, float]:
    """The microseconds of an authcrypt, by curve and place of the keys."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores: dict[tuple[str, str], Any] = {("X25519", "memory"): None, ("P-256", "memory"): None}
        askar = stack.enter_context(
            AskarSecrets.open(folder / "wallet.db", raw_key=AskarSecrets.generate_raw_key())
        )
        stores |= {("X25519", "Askar, SQLite"): askar, ("P-256", "Askar, SQLite"): askar}
        token = _softhsm(folder, stack)
        if token is not None:
            stores["P-256", "SoftHSM"] = token
        works: dict[str, Callable[[], object]] = {}
        for (curve, place), store in stores.items():
            works |= _works(curve, place, store)
        taken: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                taken[name].append(each(work))
        return {name: statistics.median(values) for name, values in taken.items()}


def _works(curve: str, place: str, store: Any) -> dict[str, Callable[[], object]]:  # noqa: ANN401, of three kinds
    """Packing for a peer and unpacking its message, where both have met before."""
    own = sync.DIDCommMessaging() if store is None else sync.DIDCommMessaging(secrets=store)
    peer = sync.DIDCommMessaging()
    did, other = (one.create_peer_did(agreement_curves=[curve]) for one in (own, peer))
    config = PackEncryptedConfig(curves=[curve])
    back = peer.pack(HELLO, to=did, frm=other, config=config).text
    return {
        f"authcrypt {curve}, pack, keys in {place}": lambda: own.pack(
            HELLO, to=other, frm=did, config=config
        ),
        f"authcrypt {curve}, unpack, keys in {place}": lambda: own.unpack(back),
    }


def _softhsm(folder: Path, stack: ExitStack) -> Any:  # noqa: ANN401, the store of a token
    """A store over a new token; None, with a printed reason, where there is no SoftHSM."""
    from pydidcomm.secrets.pkcs11 import Pkcs11Secrets  # noqa: PLC0415
    from support import softhsm  # noqa: PLC0415, it needs a package of its own

    if softhsm.module() is None:
        print("SoftHSM: left out, it is not installed (make system)")
        return None
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "tokens").mkdir()
    module = softhsm.initialize(folder / "tokens")
    return stack.enter_context(Pkcs11Secrets.open(module, token=softhsm.LABEL, pin=softhsm.PIN))
