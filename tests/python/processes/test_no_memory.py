"""Without memory an operation raises MemoryError, and the process goes on."""

from __future__ import annotations

import sys

import pytest

from support.processes import ended

pytestmark = pytest.mark.slow

PROGRAM = """
import json, os, resource, sys
from pydidcomm import Attachment, Message, UnpackConfig, inspect
from pydidcomm.sync import DIDCommMessaging
party = DIDCommMessaging()
did = party.create_peer_did()
text = "a" * 4_000_000
message = Message(type="https://example.org/x/1.0/y", body={"x": text}, to=[did], frm=did)
packed = party.pack(message, to=did, frm=did).text
signed = party.pack_signed(message, sign_frm=did).text
plain = party.pack_plaintext(message).text
octets, mutable, parsed = plain.encode(), bytearray(plain.encode()), json.loads(plain)
odd = json.dumps({**parsed, "body": {"x": text[:2_000_000] + "\\n\\u20ac" * 200_000}})
many = json.loads(plain)
many["body"] = {"x": [[] for _ in range(100_000)]}
objects = Message.from_dict(many)
attachment = Attachment.from_bytes(text.encode())
unpacked = party.unpack(signed)
ways = {
    "unpack": lambda: party.unpack(packed), "unpack signed": lambda: party.unpack(signed),
    "unpack bytes": lambda: party.unpack(octets), "unpack bytearray": lambda: party.unpack(mutable),
    "unpack dict": lambda: party.unpack(parsed), "unpack escapes": lambda: party.unpack(odd),
    # on one thread: two could take what the other has checked
    "unpack many": lambda: party.unpack_many([packed] * 2, threads=1),
    "pack": lambda: party.pack(message, to=did, frm=did).text,
    "pack signed": lambda: party.pack_signed(message, sign_frm=did).text,
    "pack plaintext": lambda: party.pack_plaintext(message).text,
    "pack dict": lambda: party.pack(parsed, to=did, frm=did),
    "inspect": lambda: inspect(packed), "inspect signed": lambda: inspect(signed),
    "body": lambda: message.body, "body of objects": lambda: objects.body,
    "as_dict": lambda: message.as_dict(), "as_json": lambda: message.as_json(),
    "content": lambda: attachment.content(), "signed_message": lambda: unpacked.metadata.signed_message,
}

def outcome(way):
    # in a child with a limit of the address space
    try:
        ended = way()
    except MemoryError:
        return "MemoryError"
    failed = isinstance(ended, list) and any(isinstance(one.error, MemoryError) for one in ended)
    return "MemoryError" if failed else "done"

for name, way in ways.items():
    for spare in map(int, sys.argv[1:]):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + spare,) * 2)
            os.write(writing, outcome(way).encode())
            # the process goes on
            small = party.pack(Message(type="https://example.org/x/1.0/y"), to=did)
            os._exit(0 if party.unpack(small.text).message.type else 1)
        os.close(writing)
        with open(reading, "rb") as answer:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(name, spare, answer.read().decode(), status, sep=",")
"""
LITTLE, MORE = 1_500_000, 6_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of the address space is Linux's")
def test_without_memory_each_operation_raises_memory_error_and_the_process_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # what was freed goes back to the system, so that no operation finds room there
    settings = {"MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": "0"}
    for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):
        settings[name] = "65536"
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    status, _, shown = ended(["-c", PROGRAM, str(LITTLE), str(MORE)])
    assert status == 0
    lines = [line.split(",") for line in shown.splitlines()]
    assert len(lines) > 30
    died = [line for line in lines if line[2] not in {"MemoryError", "done"} or line[3] != "0"]
    assert died == []
    # the texts are longer than what is left
    assert {line[2] for line in lines if line[1] == str(LITTLE)} == {"MemoryError"}
