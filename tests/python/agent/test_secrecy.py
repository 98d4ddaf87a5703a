"""What an agent has stored cannot be read from its files: neither keys nor messages, peers or threads."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from pydidcomm.agent import Agent, Context  # noqa: TC001, a handler asks for it
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import Record
from pydidcomm.stores.askar import AskarStore
from support import postgres
from support.agents import SECONDS, eventually, met, new_agent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

TEXT, ANSWER, VALUE, LABEL, THREAD, PARKED = (
    f"{name}-that-is-searched" for name in ("text", "answer", "value", "label", "thread", "parked")
)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The location of a store, and the folder with all that its database has written."""
    if request.param == "sqlite":
        (tmp_path / "store").mkdir()
        yield str(tmp_path / "store" / "bob.db"), tmp_path / "store"
        return
    with postgres.server() as running:
        yield running.url(), running.folder / "data"


def contents(folder: Path) -> bytes:
    """All files, the write-ahead log too."""
    return b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def marks_of(dids: list[str]) -> dict[str, bytes]:
    """What the keys of a did:peer:2 look like in it, without its prefix that all share."""
    return {did: did.split(".")[1][1:].encode() for did in dids}


def answering(store: AskarStore) -> Agent:
    bob = new_agent(store)

    @bob.on
    async def hear(text: Text, ctx: Context) -> Text:
        if text.content == PARKED:
            raise ValueError(PARKED)
        ctx.store(Record(kind="kind", key=VALUE, value=VALUE.encode()))
        return Text(content=ANSWER)

    return bob


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_files_of_an_agent_show_no_key_message_or_peer(place: tuple[str, Path]) -> None:
    location, folder = place
    async with AskarStore.open(location, raw_key=AskarStore.generate_raw_key()) as store:
        async with new_agent() as alice, answering(store) as bob:
            invitation = await bob.invite(goal=LABEL)
            to_bob, to_alice = await met(alice, bob)
            again = await bob.accept((await alice.invite(goal=LABEL)).url, label=LABEL)
            assert (await to_bob.request(Text(content=TEXT), answer=Text, timeout=SECONDS)).content == ANSWER
            await (await to_bob.send(Text(content=PARKED), thid=THREAD)).sent(timeout=SECONDS)
            await to_alice.rotate(timeout=SECONDS)
            await again.ping(timeout=SECONDS)
            relationships = [await one.relationship() for one in (to_alice, again)]
            dids = [await bob.did(), invitation.message.frm or ""]
            for one in relationships:
                dids += [one.ours, one.theirs or "", *one.our_history, *one.their_history]

            async def parked() -> bool:
                return bool(await bob.parked())

            await eventually(parked)
            # what was committed may be in the write-ahead log alone
            while_open = contents(folder)
            export = await bob.export(private_keys=True)
        assert len(await store.secrets.kids()) == len(export["private_keys"])
    keys = {one["kid"]: one["d"].encode() for one in export["private_keys"]}
    words = {
        one: one.encode() for one in (TEXT, ANSWER, VALUE, LABEL, THREAD, PARKED, invitation.id, to_alice.id)
    }
    for text in (while_open, contents(folder)):
        assert b"SQLite format 3" in text or b"items_tags" in text
        for name, mark in {**marks_of(dids), **keys, **words}.items():
            for form in (mark, b64encode(mark)[: len(mark)], mark.hex().encode()):
                assert form not in text, name
