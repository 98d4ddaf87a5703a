"""Every public callable with wrong types: no words of PyO3, serde or Rust reach the user."""

from __future__ import annotations

import inspect
import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import Attachment, InMemorySecrets, LocalResolver, Secret, out_of_band, sync, v1
from pydidcomm.sync import v1 as sync_v1
from support.parties import HELLO, hello

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

# the words of the bindings, of the JSON reader of the core, and of Rust
FOREIGN = re.compile(
    r"pyo3|serde|Rust|\bVec\b|usize|\bu64|\bi64|PyString|PyDict|PyAny|panicked|Can't extract"
    r"|cannot be converted"
    r"|expected value|expected ident|EOF while|invalid type|missing field|trailing characters|r#"
    r"|is not an instance of 'str'|while processing"
)
WRONG: list[Any] = [
    object(),
    7,
    -1,
    2**70,
    1.5,
    b"\xff",
    "wrong",
    ["x"],
    [object()],
    {"a": 1},
    {1: 2},
    {"a": object()},
    True,
    "\ud800",
    float("nan"),
]


class Right:
    """An argument of each name, so that one alone is wrong."""

    def __init__(self) -> None:
        self.party = sync.DIDCommMessaging()
        self.did = self.party.create_peer_did()
        self.secret = Secret.generate("X25519", kid="did:example:a#1")
        self.packed = self.party.pack(hello(), to=self.did, frm=self.did)
        self.received = self.party.unpack(self.packed.message)

    def arguments(self) -> dict[str, Any]:
        text = self.packed.message
        return {
            "type": HELLO,
            "kid": "did:example:a#1",
            "curve": "X25519",
            "iss": "did:example:a",
            "resolvers_config": self.party.resolvers_config,
            "message": hello(),
            "packed_msg": text,
            "packed": text,
            "payload": text,
            "key": self.secret.public_multikey(),
            "octets": bytes(32),
            "content": b"x",
            "attachment": Attachment.from_bytes(b"x"),
            "links": ["https://example.org"],
            "routing_keys": [self.did],
            "secrets": InMemorySecrets(),
            "secret": self.secret.expose_jwk(),
            "document": {"id": "did:example:a"},
            "new": self.party.create_peer_did(),
            "outgoing": [],
            "packed_msgs": [],
            **dict.fromkeys(("to", "did", "sign_frm", "frm", "old", "next_hop", "one", "other"), self.did),
        }

    def objects(self) -> list[object]:
        return [
            self.party,
            pydidcomm.DIDCommMessaging(),
            hello(),
            self.received,
            self.received.metadata,
            self.packed,
            self.secret,
            self.secret.public_key,
            InMemorySecrets(),
            LocalResolver(),
            Attachment.from_bytes(b"x"),
            self.party.resolve(self.did),
        ]


def callables(right: Right) -> Iterator[tuple[str, Any]]:
    for module in (pydidcomm, sync, out_of_band, v1, sync_v1):
        for name in getattr(module, "__all__", dir(module)):
            value = getattr(module, name)
            is_error = inspect.isclass(value) and issubclass(value, (BaseException, Warning))
            if name.startswith("_") or is_error or getattr(value, "_is_protocol", False):
                continue
            if callable(value):
                yield f"{module.__name__}.{name}", value
            for inner in dir(value) if inspect.isclass(value) else ():
                if isinstance(inspect.getattr_static(value, inner), staticmethod):
                    yield f"{module.__name__}.{name}.{inner}", getattr(value, inner)
    for thing in right.objects():
        kind = type(thing)
        for name in dir(thing):
            if not name.startswith("_") and callable(getattr(kind, name, None)):
                yield f"{kind.__name__}.{name}", getattr(thing, name)


def wrong_calls(function: Any, right: dict[str, Any]) -> Iterator[tuple[str, Any, Callable[[], Any]]]:  # noqa: ANN401
    try:
        parameters = [*inspect.signature(function).parameters.values()]
    except ValueError:
        return
    named = [each for each in parameters if each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}]
    for wrong in named:
        for value in WRONG:
            if wrong.name.endswith("_count") and isinstance(value, int):
                # a number of keys to make, so 2**70 of them would not end
                continue
            given = {each.name: right.get(each.name, "x") for each in named if each.default is each.empty}
            given[wrong.name] = value
            positional = [given.pop(each.name) for each in named if each.kind is each.POSITIONAL_ONLY]

            def call(positional: Any = positional, given: Any = given) -> Any:  # noqa: ANN401
                return function(*positional, **given)

            yield wrong.name, value, call


def finish(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine as far as it needs no event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        pass
    finally:
        coroutine.close()


@pytest.mark.slow
def test_no_error_of_a_public_callable_has_words_of_the_bindings_or_of_rust() -> None:
    right = Right()
    arguments = right.arguments()
    found: dict[str, str] = {}
    tried = 0
    for name, function in callables(right):
        for argument, value, call in wrong_calls(function, arguments):
            tried += 1
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    result = call()
                    if inspect.iscoroutine(result):
                        finish(result)
            except Exception as error:  # noqa: BLE001, the text of each is checked
                text = "\n".join([str(error), *getattr(error, "__notes__", ())])
                if FOREIGN.search(text):
                    found.setdefault(text, f"{name}({argument}={value!r})")
    assert tried > 3000
    assert found == {}
