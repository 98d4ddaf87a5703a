"""Who takes part: programs behind a pipe, and pydidcomm in this process by each of its faces."""

from __future__ import annotations

import json
import subprocess
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Protocol, cast

import pydidcomm
from material import ENCRYPTIONS, Book, Material
from pydidcomm import LocalResolver, PackEncryptedConfig, sync

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class NotDoneError(Exception):
    """The contestant has no such operation, or fails at it."""


class Contestant(Protocol):
    """A library that is measured."""

    name: str
    material: Material

    async def median(self, operation: str, calls: int) -> float:
        """The median time of that many calls, in microseconds."""
        ...

    async def result(self, operation: str) -> str:
        """What one call results in: an envelope, a plaintext, a DID or a document.

        Raises:
            NotDoneError: It results in nothing.
        """
        ...


class Program:
    """A program that reads counts and operations, and writes medians."""

    def __init__(self, name: str, command: list[str], material: Material) -> None:
        self.name = name
        self.material = material
        self._process = subprocess.Popen(  # noqa: S603, a program of this project
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._tell(material.for_programs)

    def _tell(self, line: str) -> None:
        if self._process.stdin is None:
            raise NotDoneError(self.name)
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise NotDoneError(self.name) from error

    def begin(self, count: int, operation: str) -> None:
        """Has the program do an operation so many times, and does not wait for it."""
        self._tell(f"{count} {operation}")

    def end(self) -> float | str:
        """Waits for the answer to what was begun.

        Raises:
            NotDoneError: The program does not do that.
        """
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            message = f"{self.name} ended"
            raise NotDoneError(message)
        answer: Any = json.loads(line)
        if not isinstance(answer, int | float | str):
            raise NotDoneError(cast("dict[str, str]", answer)["error"])
        return answer

    async def median(self, operation: str, calls: int) -> float:
        """The median that the program measured."""
        self.begin(calls, operation)
        return float(self.end()) / 1000

    async def result(self, operation: str) -> str:
        """What the program made."""
        self.begin(0, operation)
        return str(self.end())

    def close(self) -> None:
        """Ends the program."""
        self._process.communicate()


class CoroutineBook:
    """The book behind coroutine functions, as a program with a cache of its own would have it."""

    def __init__(self, documents: dict[str, Any], secrets: dict[str, Any]) -> None:
        self._documents = documents
        self._secrets = secrets

    async def resolve(self, did: str) -> Any:  # noqa: ANN401, parsed or not
        """The document of the DID."""
        return self._documents.get(did)

    async def get_key(self, kid: str) -> Any:  # noqa: ANN401, parsed or not
        """The secret of that kid."""
        return self._secrets.get(kid)

    async def get_keys(self, kids: list[str]) -> list[str]:
        """The kids that are held."""
        return [kid for kid in kids if kid in self._secrets]


class Awaited:
    """pydidcomm on asyncio.

    Args:
        name: What the contestant is called.
        material: Documents, secrets and operations.
        secrets: Finds secrets.
        resolver: Finds documents.
        as_message: Whether a Message is made of what is packed; it is a dict otherwise.
    """

    def __init__(
        self,
        name: str,
        material: Material,
        secrets: Any,  # noqa: ANN401
        resolver: Any,  # noqa: ANN401
        *,
        as_message: bool = False,
    ) -> None:
        self._as_message = as_message
        self.name = name
        self.material = material
        self.parties = {
            established: pydidcomm.DIDCommMessaging(secrets, resolver, remember_peers=established)
            for established in (False, True)
        }
        self._calls: dict[str, Callable[[], Awaitable[Any]]] = {}

    def _call(self, operation: str) -> Callable[[], Awaitable[Any]]:
        if operation not in self._calls:
            self._calls[operation] = prepared(
                self, operation, pydidcomm.create_peer_did, awaited_and_read, as_message=self._as_message
            )
        return self._calls[operation]

    async def median(self, operation: str, calls: int) -> float:
        """The median of that many calls, each awaited."""
        return await timed_and_awaited(self._call(operation), calls)

    async def result(self, operation: str) -> str:
        """What a call made."""
        return text_of(await self._call(operation)())


class Plain:
    """pydidcomm.sync with plain resolvers."""

    def __init__(self, name: str, material: Material, book: Book) -> None:
        self.name = name
        self.material = material
        self.parties = {
            established: sync.DIDCommMessaging(book, book, remember_peers=established)
            for established in (False, True)
        }
        self._calls: dict[str, Callable[[], Any]] = {}

    def _call(self, operation: str) -> Callable[[], Any]:
        if operation not in self._calls:
            self._calls[operation] = prepared(self, operation, sync.create_peer_did, read_at_once)
        return self._calls[operation]

    async def median(self, operation: str, calls: int) -> float:
        """The median of that many calls."""
        return timed(self._call(operation), calls)

    async def result(self, operation: str) -> str:
        """What a call made."""
        return text_of(self._call(operation)())


def timed(call: Callable[[], Any], calls: int) -> float:
    """The median of that many calls, in microseconds."""
    times: list[int] = []
    for _ in range(calls):
        start = perf_counter_ns()
        call()
        times.append(perf_counter_ns() - start)
    return median(times) / 1000


async def timed_and_awaited(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    """The median of that many calls, each awaited, in microseconds."""
    times: list[int] = []
    for _ in range(calls):
        start = perf_counter_ns()
        await call()
        times.append(perf_counter_ns() - start)
    return median(times) / 1000


def described(material: Material, operation: str) -> dict[str, Any]:
    """The operation in the terms of its arguments.

    Raises:
        NotDoneError: There is no such operation among DIDs of this kind.
    """
    if operation not in material.operations:
        message = "not with such DIDs"
        raise NotDoneError(message)
    return material.operations[operation]


async def awaited_and_read(party: Any, packed: str) -> Any:  # noqa: ANN401
    """The unpacked message, whose body is a dict now: it becomes one when it is asked for."""
    received = await party.unpack(packed)
    _ = received.message.body
    return received


def read_at_once(party: Any, packed: str) -> Any:  # noqa: ANN401
    """The same without `await`."""
    received = party.unpack(packed)
    _ = received.message.body
    return received


def prepared(
    contestant: Awaited | Plain,
    operation: str,
    create: Callable[..., Any],
    unpack: Callable[[Any, str], Any],
    *,
    as_message: bool = False,
) -> Callable[[], Any]:
    """The operation as a call of the contestant's party, which is established or new to the peer."""
    description = described(contestant.material, operation)
    party = contestant.parties[description["established"]]
    return call_of(party, description, create, unpack, as_message=as_message)


def call_of(
    party: Any,  # noqa: ANN401, of one face or the other
    description: dict[str, Any],
    create: Callable[..., Any],
    unpack: Callable[[Any, str], Any],
    *,
    as_message: bool = False,
) -> Callable[[], Any]:
    """The operation as a call, to be awaited where the party's methods are coroutine functions.

    What is packed is a dict, or a Message that is made of its headers each time.
    """
    match description["kind"]:
        case "pack" | "sign":
            return packing(party, description, as_message=as_message)
        case "unpack" | "verify":
            packed = description["packed"]
            return lambda: unpack(party, packed)
        case "wrap":
            packed, to, keys = description["packed"], description["to"], [description["mediator"]]
            enc = ENCRYPTIONS[description["enc"]]
            return lambda: party.wrap_in_forward(packed, to=to, routing_keys=keys, enc_alg_anon=enc)
        case "create":
            store = pydidcomm.InMemorySecrets()
            return lambda: create(store)
        case _:
            # a resolver of its own, which has seen nothing yet
            kind: Any = cast("Any", type(party))
            did = description["did"]
            return lambda: kind(None, LocalResolver()).resolve(did)


def packing(party: Any, description: dict[str, Any], *, as_message: bool) -> Callable[[], Any]:  # noqa: ANN401
    """The call that encrypts or signs."""
    plaintext = description["message"]
    headers = headers_of(plaintext)
    message = (lambda: pydidcomm.Message(**headers)) if as_message else (lambda: plaintext)
    if description["kind"] == "sign":
        signer = description["sign_frm"]
        return lambda: party.pack_signed(message(), sign_frm=signer)
    to, frm, config = description["to"], description.get("frm"), config_of(description)
    return lambda: party.pack(message(), to=to, frm=frm, config=config)


def headers_of(plaintext: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the message that is written as this plaintext."""
    headers = {name: value for name, value in plaintext.items() if name != "typ"}
    if "from" in headers:
        headers["frm"] = headers.pop("from")
    return headers


def config_of(description: dict[str, Any]) -> PackEncryptedConfig:
    """How the operation encrypts."""
    return PackEncryptedConfig(
        enc_alg_anon=ENCRYPTIONS[description["enc"]], protect_sender_id=description["protect"]
    )


def text_of(result: Any) -> str:  # noqa: ANN401, what the operations of pydidcomm return
    """The envelope, plaintext, DID or document in a result."""
    if isinstance(result, str):
        return result
    if isinstance(result, pydidcomm.DIDDocument):
        return json.dumps(result.as_dict())
    if isinstance(result, pydidcomm.UnpackResult):
        return result.message.as_json()
    packed: str = result.packed_msg
    return packed


def ours(material: Material, at_home: Material) -> list[Contestant]:
    """Each face of pydidcomm; `at_home` has the same operations among DIDs that need no resolver of ours."""
    book, home = Book(material), Book(at_home)
    parsed = parsed_book(material)
    dicts = CoroutineBook(dict(material.documents), dict(book.secrets))
    jwks = CoroutineBook(
        dict(book.documents), {kid: dict(secret.expose_jwk()) for kid, secret in book.secrets.items()}
    )
    built_in = pydidcomm.InMemorySecrets(list(home.secrets.values()))
    return [
        Awaited("pydidcomm", material, parsed, parsed),
        Awaited("built-in", at_home, built_in, LocalResolver()),
        Plain("sync", material, book),
        Awaited("documents", material, parsed, dicts),
        Awaited("JWKs", material, jwks, parsed),
        Awaited("Message", material, parsed, parsed, as_message=True),
    ]


def parsed_book(material: Material) -> CoroutineBook:
    """The book of a program that keeps parsed documents and keys."""
    book = Book(material)
    return CoroutineBook(dict(book.documents), dict(book.secrets))
